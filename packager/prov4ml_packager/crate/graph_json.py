"""JSON-LD graphs as text that people can read and compare: a line for each property of each entity.

`json.dumps` with an indentation leaves the encoder written in C, which costs seconds for many files.
"""

import json
from collections.abc import Mapping
from typing import Any

_SHORT_LIST = 4
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True).encode


def graph_json(document: Mapping[str, Any]) -> bytes:
    """Return a document with `@context` and a flat `@graph` in UTF-8, keys sorted, entities in their order.

    Raises:
        ValueError: a number is NaN or infinite.
    """
    entities = ",\n".join(_entity(entity) for entity in document["@graph"])
    text = f'{{\n "@context": {_encode(document["@context"])},\n "@graph": [\n{entities}\n ]\n}}\n'
    return text.encode("utf-8")


def _entity(entity: Mapping[str, Any]) -> str:
    lines = ",\n".join(f"   {_encode(key)}: {_value(entity[key])}" for key in sorted(entity))
    return f"  {{\n{lines}\n  }}"


def _value(value: Any) -> str:
    if isinstance(value, list) and len(value) > _SHORT_LIST:
        return "[\n" + ",\n".join(f"    {_encode(item)}" for item in value) + "\n   ]"
    return _encode(value)
