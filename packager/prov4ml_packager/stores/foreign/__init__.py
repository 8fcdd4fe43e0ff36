"""Metric stores that other programs wrote, read as a `MetricTable`."""
