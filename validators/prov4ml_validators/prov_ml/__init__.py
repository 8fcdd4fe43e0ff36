"""Rules for the provenance of machine learning: what real documents get wrong though they are PROV."""

from .document import check_prov_ml

__all__ = ["check_prov_ml"]
