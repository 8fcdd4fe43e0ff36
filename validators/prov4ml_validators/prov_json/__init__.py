"""Checks of PROV-JSON documents (W3C Member Submission of 24 April 2013)."""
