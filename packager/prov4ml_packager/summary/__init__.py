"""What `inspect` shows: a short summary of anything this project makes, as data and as lines of text."""

from .summarize import summarize
from .text import Terminal, summary_lines
from .values import Summary

__all__ = ["Summary", "Terminal", "summarize", "summary_lines"]
