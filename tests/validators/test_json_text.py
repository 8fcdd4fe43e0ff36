"""Places in JSON text."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from prov4ml_validators.json_text import locate, pointer, walk

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda child: st.lists(child, max_size=4) | st.dictionaries(st.text(max_size=4), child, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 1, "\t"]))
def test_every_pointer_is_found_where_its_value_stands(value: Any, indent: int | str | None) -> None:
    text = json.dumps(value, indent=indent)
    lines = text.split("\n")
    decoder = json.JSONDecoder()
    places = dict(walk(value))
    found = locate(text, places)
    assert found.keys() == places.keys()
    for place, one in places.items():
        line, column = found[place]
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        here, end = decoder.raw_decode(rest)
        parent = places[place.rpartition("/")[0]] if place else None
        if isinstance(parent, dict):
            assert pointer(here) == "/" + place.rpartition("/")[2]
            here, _ = decoder.raw_decode(rest[end:].lstrip().removeprefix(":").lstrip())
        assert here == one


def test_line_and_column_count_from_one() -> None:
    text = '{\n  "a": [1,\n   {"b/~": 2}]}'
    assert (
        locate(text, ["/a/1/b~1~0", "/a", "", "/none"])
        == {
            "": (1, 1),
            "/a": (2, 3),
            "/a/1": (3, 4),
            "/a/1/b~1~0": (3, 5),
        }
        | {}
    )


def test_torn_text_gives_what_can_be_found() -> None:
    assert locate('{"a": [1, ', ["/a/0", "/a/1"])["/a/0"] == (1, 8)
