"""JSON-LD graphs as text that people can read and compare: a line for each property of each entity.

`json.dumps` with an indentation leaves the encoder written in C, which costs seconds for many files.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

_SHORT_LIST = 4
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True).encode


def graph_json(document: Mapping[str, Any]) -> bytes:
    """Return a document with `@context` and a flat `@graph` in UTF-8, keys sorted, entities in their order.

    Raises:
        ValueError: a number is NaN or infinite.
    """
    entities = ",\n".join([_entity(entity) for entity in document["@graph"]])
    text = f'{{\n "@context": {_encode(document["@context"])},\n "@graph": [\n{entities}\n ]\n}}\n'
    return text.encode("utf-8")


def _entity(entity: Mapping[str, Any]) -> str:
    lines = ",\n".join([f"{_key(key)}{_value(entity[key])}" for key in sorted(entity)])
    return f"  {{\n{lines}\n  }}"


@lru_cache(maxsize=256)
def _key(key: str) -> str:
    return f"   {encode_basestring(key)}: "


def _value(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, list) and len(value) > _SHORT_LIST:
        return "[\n" + ",\n".join([f"    {_item(item)}" for item in value]) + "\n   ]"
    return _item(value)


def _item(item: Any) -> str:
    """Encode what is mostly a reference, of which a crate of many files has hundreds of thousands."""
    if isinstance(item, dict) and len(item) == 1 and isinstance(identifier := item.get("@id"), str):
        return f'{{"@id": {encode_basestring(identifier)}}}'
    return _encode(item)
