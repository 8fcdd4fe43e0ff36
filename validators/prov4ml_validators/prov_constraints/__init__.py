"""Checks of PROV-CONSTRAINTS (W3C Recommendation of 30 April 2013) on PROV-JSON, bundle by bundle."""

from .check import check_constraints

__all__ = ["check_constraints"]
