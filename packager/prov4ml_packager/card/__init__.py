"""Model cards in Markdown, with the sections of Hugging Face's template, filled from provenance alone."""

from .card import model_card
from .write import write_card

__all__ = ["model_card", "write_card"]
