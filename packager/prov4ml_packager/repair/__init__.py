"""Repair of PROV-JSON documents that other programs wrote.

loading → reading → steps, each one kind of repair → writing → checking. Importers use the first part of it.
"""

from .repair import RepairedDocument, repair_document, write_repaired

__all__ = ["RepairedDocument", "repair_document", "write_repaired"]
