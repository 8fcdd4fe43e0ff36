"""The version of this distribution, here so that the logger can name it without reading metadata."""

__version__ = "0.1.0"
