"""The check of PROV-JSON's structure written as a program, against the JSON Schema that it stands for."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prov4ml_validators.prov_json.records import ARGUMENTS, KINDS
from prov4ml_validators.prov_json.shape import REQUIRED, shape_violations
from prov4ml_validators.schema import load_resource, violations

SCHEMA = "prov-json.schema.json"
SHARED = Path(__file__).resolve().parents[2] / "../shared/data"
FOLDERS = ("prov-json-documents", "prov-constraints/cases", "yprov4ml-documents", "yprov4ml-runs/*")


@cache
def small_documents() -> tuple[Any, ...]:
    found = []
    for folder in FOLDERS:
        for path in sorted(SHARED.glob(f"{folder}/*.json")):
            if path.name != "manifest.json" and path.stat().st_size < 10_000:
                try:
                    found.append(json.loads(path.read_bytes()))
                except ValueError:
                    continue
    return tuple(found)


def assert_both_agree(document: Any) -> None:
    assert sorted(shape_violations(document)) == sorted(violations(document, SCHEMA))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the documents are not beside this checkout")
@pytest.mark.parametrize("folder", FOLDERS)
def test_agrees_with_the_schema_on_every_corpus(folder: str) -> None:
    paths = [path for path in SHARED.glob(f"{folder}/*.json") if path.name != "manifest.json"]
    assert paths
    for path in paths:
        try:
            document = json.loads(path.read_bytes())
        except ValueError:
            continue
        assert_both_agree(document)


def test_the_tables_are_those_of_the_schema() -> None:
    kinds = load_resource(SCHEMA)["$defs"]
    assert {kind: tuple(kinds[kind]["required"]) for kind in ARGUMENTS} == REQUIRED
    for kind in KINDS:
        properties = kinds[kind].get("properties", {})
        names = {key for key, value in properties.items() if value["$ref"].startswith("#/$defs/name")}
        assert names == set(ARGUMENTS.get(kind, {}))


LEAVES = st.sampled_from(
    [None, True, 0, 1.5, "", "ex:a", "en-GB", "not a language", [], {}, ["ex:a"], [""], [None], [[]],
     {"$": 1}, {"$": None}, {"$": ""}, {"type": "xsd:int"}, {"$": "x", "type": ""}, {"$": "x", "type": 7},
     {"$": "x", "lang": "en\n"}, {"$": "x", "lang": "e n"}, {"$": "x", "lang": 1}, {"$": True, "more": 1},
     {"$": "x", "type": "t", "lang": "en"}, [{"$": 1}, {"$": []}], {"prov:entity": "ex:e"}]
)  # fmt: skip
KEYS = st.sampled_from(
    ["prov:entity", "prov:activity", "prov:collection", "prov:time", "prov:startTime", "prov:endTime",
     "prov:generatedEntity", "prov:usedEntity", "prov:generation", "prov:plan", "ex:a", "$", "type", "~/"]
)  # fmt: skip
RECORDS = st.dictionaries(KEYS, LEAVES, max_size=4)
SECTIONS = st.dictionaries(
    st.sampled_from(["ex:a", "ex:b", "_:c", "/~"]),
    RECORDS | st.lists(RECORDS | LEAVES, max_size=3) | LEAVES,
    max_size=3,
)
CONTENTS = st.dictionaries(
    st.sampled_from([*KINDS, "prefix", "bundle", "wasMadeBy"]), SECTIONS | LEAVES, max_size=4
)
DOCUMENTS = CONTENTS | st.builds(
    lambda content, bundles: {**content, "bundle": bundles},
    CONTENTS,
    st.dictionaries(st.sampled_from(["ex:b", "b/~"]), CONTENTS | LEAVES, max_size=2),
)


@given(DOCUMENTS | LEAVES)
def test_agrees_with_the_schema_on_made_documents(document: Any) -> None:
    assert_both_agree(document)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every container with every key or index in it."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else []
        found += [(one, key) for key in keys]
        waiting += [one[key] for key in keys]
    return found


@pytest.mark.skipif(not SHARED.is_dir(), reason="the documents are not beside this checkout")
@given(st.data())
def test_agrees_with_the_schema_on_damaged_documents(data: st.DataObject) -> None:
    documents = small_documents()
    document = copy.deepcopy(documents[data.draw(st.integers(0, len(documents) - 1))])
    for _ in range(data.draw(st.integers(1, 3))):
        choices = places(document)
        if not choices:
            break
        holder, key = choices[data.draw(st.integers(0, len(choices) - 1))]
        action = data.draw(st.sampled_from(["replace", "delete", "rename", "wrap"]))
        if action == "replace":
            holder[key] = copy.deepcopy(data.draw(LEAVES))
        elif action == "delete":
            del holder[key]
        elif action == "wrap":
            holder[key] = [holder[key]]
        elif isinstance(holder, dict):
            holder[data.draw(KEYS)] = holder.pop(key)
    assert_both_agree(document)
