"""The short form of `make fuzz`, the inputs that once failed there, and that it would notice a fault."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from prov4ml_validators import Unreadable, validate

from .attempts import attempt, damaged
from .targets import Unfit, targets

ATTEMPTS = 40
SEED = 20260101


@pytest.mark.slow_proof
@pytest.mark.parametrize("name", targets())
def test_damaged_inputs_are_findings(name: str, tmp_path: Path) -> None:
    inputs = damaged(targets()[name], random.Random(SEED))
    for number in range(ATTEMPTS):
        failure = attempt(targets()[name], next(inputs), tmp_path)
        assert failure is None, f"input {number}: {failure.place}\n{failure.message}"


def zip_of(**members: bytes | str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def crate_metadata(**root: object) -> str:
    graph = [
        {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
         "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}},
        {"@id": "./", "@type": "Dataset", **root},
    ]  # fmt: skip
    return json.dumps({"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph})


METADATA = crate_metadata(name="x")
PROV = '{"prefix": {"ex": "https://example.org/"}, "entity": {"ex:e": {}}}'


def damaged_stream() -> bytes:
    """A member whose deflate stream is destroyed, which zipfile meets when it is read."""
    name = "ro-crate-metadata.json"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), METADATA, zipfile.ZIP_DEFLATED)
    data = bytearray(target.getvalue())
    begin = 30 + len(name)
    data[begin : begin + 8] = b"\xff" * 8
    return bytes(data)


def other_version() -> bytes:
    data = bytearray(zip_of(**{"ro-crate-metadata.json": METADATA}))
    place = data.index(b"PK\x01\x02") + 6  # "version needed to extract" of the central directory
    data[place] = 255
    return bytes(data)


def name_not_utf8() -> bytes:
    data = bytearray(zip_of(**{"ro-crate-metadata.json": METADATA, "é": ""}))
    place = data.rindex("é".encode())
    data[place : place + 2] = b"\xab\xab"
    return bytes(data)


DEEP = {f"{'a/' * 32_000}{number}": "" for number in range(20)}
FAILED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "member without a name": ("zip", lambda: zip_of(**{"": "", "ro-crate-metadata.json": METADATA})),
    "damaged stream": ("zip", damaged_stream),
    "zip of version 25.5": ("zip", other_version),
    "name of a member that is not UTF-8": ("zip", name_not_utf8),
    "absolute member beside provenance": (
        "zip",
        lambda: zip_of(
            **{"ro-crate-metadata.json": METADATA, "packaged/prov.json": PROV, "/x": "", "//": ""}
        ),
    ),
    "members below thousands of folders": (
        "zip",
        lambda: zip_of(**{"ro-crate-metadata.json": METADATA, "packaged/prov.json": PROV, **DEEP}),
    ),
    "long name of an attribute": (
        "prov-json",
        lambda: json.dumps({"entity": {"e": {"prov" + "[" * 100_000 + ":": "x"}}}).encode(),
    ),
    "long name of a datatype": (
        "prov-json",
        lambda: json.dumps({"entity": {"e": {"a": {"$": "1", "type": "xsd:" + "0" * 90_000}}}}).encode(),
    ),
    "long name of a profile": (
        "metadata",
        lambda: crate_metadata(conformsTo={"@id": "https://w3id.org/ro/wfrun/" + "1." * 9000}).encode(),
    ),
    **{
        f"long text of {unit!r}": (
            "prov-json",
            lambda unit=unit: json.dumps(  # type: ignore[misc]
                {"entity": {"e": {"a": f"token[1 {unit * (100_000 // len(unit))} ...://@"}}}
            ).encode(),
        )
        for unit in ("a", "-", " ", "sk-", "-eyJ", "x")
    },
}


@pytest.mark.parametrize("name", FAILED)
def test_what_once_failed_fails_no_more(name: str, tmp_path: Path) -> None:
    target, make = FAILED[name]
    failure = attempt(targets()[target], make(), tmp_path)
    assert failure is None, f"{failure.place}\n{failure.message}"


def _loop(data: bytes, folder: Path) -> None:
    while True:
        try:
            sum(range(1000))
        except Exception:  # swallows what is no BaseException
            continue


def _unfit(data: bytes, folder: Path) -> None:
    raise Unfit("x")


@pytest.mark.parametrize(
    ("wrong", "place"), [(_loop, "TooSlow in test_fuzz.py"), (_unfit, "Unfit in test_fuzz.py")]
)
def test_a_fault_is_noticed(wrong: Callable[[bytes, Path], None], place: str, tmp_path: Path) -> None:
    target = replace(targets()["prov-json"], attempt=wrong)
    failure = attempt(target, b"{}", tmp_path, seconds=0.2)
    assert failure is not None
    assert failure.place.startswith(place)
    assert failure.data == b"{}"


def test_what_python_forgives_has_to_be_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prov4ml_validators import Report

    from . import targets as module

    for data in (b'{"a": 1, "a": 2}', b'{"entity": {},}', b"\xff", b"[" * 100_000, b"9" * 5000):
        assert attempt(targets()["prov-json"], data, tmp_path) is None
        with monkeypatch.context() as context:
            context.setattr(module, "validate", lambda path, **options: Report(str(path), "prov-json"))
            assert attempt(targets()["prov-json"], data, tmp_path) is not None


@pytest.mark.parametrize("name", ["prov.json", "ro-crate-metadata.json"])
def test_a_file_of_a_gigabyte_is_refused_unread(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as stream:
        stream.truncate(10**9)  # a sparse file: it takes no disk, and would take the memory
    with pytest.raises(Unreadable, match="larger than 256 MiB"):
        validate(path)
