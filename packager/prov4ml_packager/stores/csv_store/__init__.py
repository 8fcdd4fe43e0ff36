"""Metric stores as CSV."""
