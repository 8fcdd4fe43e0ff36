"""Checks of PROV-JSON documents (W3C Member Submission of 24 April 2013)."""

from .document import check_prov_json

__all__ = ["check_prov_json"]
