"""What `inspect` shows: a short summary of anything this project makes, as data and as lines of text."""

from .summarize import summarize
from .text import summary_lines
from .values import Summary

__all__ = ["Summary", "summarize", "summary_lines"]
