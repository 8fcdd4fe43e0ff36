"""Metric stores as Zarr."""
