"""W3C PROV: one PROV-JSON document a run, built directly and without a network."""

from .document import build_document, document_warnings
from .writing import write_document

__all__ = ["build_document", "document_warnings", "write_document"]
