"""Keys of foreign names: harmless ones stay, the others never collide and never leave their folder."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prov4ml.rundir import safe_file_name, safe_name, safe_names

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


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("plot.png", "plot.png"),
        ("my plot.png", "my-plot-fbbde84d5e.png"),
        ("données.csv", "donn-es-f598f20517.csv"),
        ("日本.PNG", "name-3b82dd1325.PNG"),
        ("CON.txt", "CON-09c8cc7edc.txt"),
        ("é", "name-4a99557e40"),
    ],
)
def test_a_file_keeps_its_suffix(name: str, key: str) -> None:
    assert safe_file_name(name) == key


@pytest.mark.parametrize("name", ["a.b c", ".é", "é.", ".gitignore ", "a b.é", "x y." + "z" * 20, "a b.\n"])
def test_what_is_no_suffix_is_a_part_of_the_name(name: str) -> None:
    assert safe_file_name(name) == safe_name(name)


@given(NAMES)
def test_the_key_of_a_file_is_as_harmless_as_any(name: str) -> None:
    key = safe_file_name(name)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,80}", key)
    assert not key.endswith(".")
    assert (key == name) == (safe_name(name) == name)


def test_files_that_differ_in_case_only_both_become_slugs() -> None:
    keys = {safe_file_name(name, ["A.txt", "a.txt"]) for name in ("A.txt", "a.txt")}
    assert len({key.lower() for key in keys}) == 2
    assert all(key.endswith(".txt") for key in keys)
