"""Writing a PROV-JSON document to disk."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..atomic import atomic_file


def write_document(document: Mapping[str, Any], path: Path) -> None:
    """Write a document as UTF-8 JSON, indented by two, members in the order of the document.

    The same document gives the same bytes. JSON is strict: a NaN is only ever the text of a typed literal.
    The file is written beside its place and renamed.

    Raises:
        PackagerError: the file cannot be written.
        ValueError: the document holds a float that is no number, which PROV-JSON has no form for.
    """
    content = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with atomic_file(path) as temporary:
        temporary.write_bytes(content.encode("utf-8"))
