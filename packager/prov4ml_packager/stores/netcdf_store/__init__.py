"""Metric stores as NetCDF-4."""
