"""Keys of foreign names: harmless ones stay, the others never collide and never leave their folder."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prov4ml.rundir import safe_name, safe_names

NAMES = st.text(st.characters(), max_size=80)  # lone surrogates included


@pytest.mark.parametrize(
    "name", ["loss", "val_loss", "top-5.acc", "a" * 64, "0", "Model_v1.2.pt", "rank_0", "steps"]
)
def test_a_harmless_name_is_its_own_key(name: str) -> None:
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "key"),
    [
        # The digits are those of `printf %s NAME | sha256sum`.
        ("../x", "x-d6b96a97d1"),
        ("a/b", "a-b-c14cddc033"),
        ("CON", "CON-a3dbc4b644"),
        ("", "name-e3b0c44298"),
    ],
)
def test_a_harmful_name_becomes_a_slug_with_its_hash(name: str, key: str) -> None:
    assert safe_name(name) == key


@pytest.mark.parametrize(
    "name",
    [
        *(
            "zarr.json",
            "Zarr.JSON",
            "rank",
            "step",
            "time",
            "value",
            "run",
            "con.txt",
            "Lpt1",
            "a.",
            ".hidden",
            "-x",
        ),
        *("a" * 65, "a" * 300, "a\nb", "a\0b", "😀", "\ud800", "x-d6b96a97d1", "a b", "é"),
    ],
)
def test_reserved_long_and_unprintable_names_become_slugs(name: str) -> None:
    key = safe_name(name)
    assert key != name
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,47}-[0-9a-f]{10}", key)


def test_siblings_that_differ_in_case_only_both_become_slugs() -> None:
    keys = safe_names(["Loss", "loss", "acc"])
    assert keys["acc"] == "acc"
    assert keys["Loss"].startswith("Loss-")
    assert keys["loss"].startswith("loss-")
    assert keys == {name: safe_name(name, ["Loss", "loss", "acc"]) for name in keys}


@given(st.lists(NAMES))
def test_siblings_never_share_a_key_even_without_case(names: list[str]) -> None:
    keys = safe_names(names)
    assert len({key.lower() for key in keys.values()}) == len(set(names))


@given(NAMES)
def test_a_key_is_a_plain_file_name_and_its_own_slug_is_another(name: str) -> None:
    key = safe_name(name)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", key)
    if key != name:
        assert safe_name(key) != key
