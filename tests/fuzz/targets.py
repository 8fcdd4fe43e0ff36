"""What is fuzzed: each target has inputs to begin with, a way to damage them, and one attempt.

An attempt raises nothing but `Unfit`. Bad input must become findings or `Unreadable`, and every report must
be one that all formats can print.
"""

import gzip
import io
import json
import random
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from prov4ml_validators import FORMATTERS, Report, Severity, Unreadable, unreadable_report, validate
from prov4ml_validators.configuration import load_configuration
from prov4ml_validators.discovery import find_inputs
from prov4ml_validators.json_text import decode_json
from prov4ml_validators.report import UNREADABLE_KIND
from prov4ml_validators.selection import UnknownRule, make_selection

from .mutations import LARGEST, Mutator, mutate_bytes, mutate_json, mutate_lines, mutate_tar, mutate_zip

PROJECT = Path(__file__).resolve().parents[2]
FIXTURES = PROJECT / "fixtures" / "format-1"
SHARED = PROJECT.parent / "shared" / "data"
_CRATE = FIXTURES / "crates" / "finished_0.zip"
_RUN = FIXTURES / "runs" / "finished_0"


class Unfit(Exception):
    """A property does not hold."""


@dataclass(frozen=True)
class Target:
    """One kind of input.

    Attributes:
        seeds: returns inputs to begin with.
        mutate: damages one.
        attempt: checks one, with a folder of its own that exists already.
    """

    seeds: Callable[[], list[bytes]]
    mutate: Mutator
    attempt: Callable[[bytes, Path], None]


def _judge(path: Path, **options: Any) -> Report:
    try:
        report = validate(path, **options)
    except Unreadable as error:
        report = unreadable_report(error)
    _print(report)
    return report


def _print(report: Report) -> None:
    texts = {name: form([report], Severity.MAY) for name, form in FORMATTERS.items()}
    for name in ("json", "sarif", "verdicts"):
        json.loads(texts[name])
    ElementTree.fromstring(texts["junit"].encode("utf-8"))
    for name in ("text", "github"):
        if any(not char.isprintable() for char in texts[name].replace("\n", "")):
            raise Unfit(f"{name} holds characters that a terminal obeys")
    longest = max((word for word in texts["text"].split()), key=len)
    if len(longest) > 2000:  # 300 characters, each written as an escape of six
        raise Unfit(f"a word of {len(longest)} characters")


def _must_be_placed(data: bytes, report: Report) -> None:
    """Hold a report against Python's own reading: what is no JSON has a line, what it forgives a finding."""
    repeated = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        repeated.extend([made] * (len(made) < len(found)))
        return made

    try:
        json.loads(data.decode("utf-8").removeprefix("\ufeff"), object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        if not any(one.location.line == error.lineno for one in report.findings):
            raise Unfit(f"no finding at line {error.lineno}, where it is no JSON") from error
    except UnicodeDecodeError as error:
        if not any(one.location.line for one in report.findings):
            raise Unfit("no line for what is not UTF-8") from error
    except (RecursionError, ValueError) as error:  # too deep, or a number of too many digits
        if report.is_valid():
            raise Unfit(f"valid, and Python cannot read it: {error}") from error
    else:
        found = report.kind == UNREADABLE_KIND or any(
            one.rule == "json/duplicate-key" for one in report.findings
        )
        if repeated and not found:
            raise Unfit("a repeated key is no finding")


def _prov(data: bytes, folder: Path) -> None:
    path = folder / "prov.json"
    path.write_bytes(data)
    _must_be_placed(data, _judge(path))


def _metadata(data: bytes, folder: Path) -> None:
    path = folder / "ro-crate-metadata.json"
    path.write_bytes(data)
    _must_be_placed(data, _judge(path))


def _archive(name: str) -> Callable[[bytes, Path], None]:
    def attempt(data: bytes, folder: Path) -> None:
        path = folder / name
        path.write_bytes(gzip.compress(data, 1) if name.endswith("gz") else data)
        find_all(folder)
        report = _judge(path)
        if name.endswith(".zip") and not zipfile.is_zipfile(path) and report.kind != UNREADABLE_KIND:
            raise Unfit("no zip, and not unreadable")

    return attempt


def find_all(folder: Path) -> None:
    """Search a folder; that nothing is there is no fault."""
    with suppress(Unreadable):
        find_inputs(folder)


def _in_folder(names: Mapping[str, str], make: Callable[[Path], None]) -> Callable[[bytes, Path], None]:
    """Return an attempt on a folder in which one file is replaced; the first line of the input says which."""

    def attempt(data: bytes, folder: Path) -> None:
        first, _, content = data.partition(b"\n")
        order = sorted(names)
        name = first.decode("latin-1")
        if name not in names:
            name = order[sum(first) % len(order)]
        place = folder / "input"
        if not place.exists():
            make(place)
        target = place / name
        original = target.read_bytes() if target.exists() else None
        target.write_bytes(content)
        try:
            find_all(folder)
            _judge(place)
        finally:
            if original is None:
                target.unlink()
            else:
                target.write_bytes(original)

    return attempt


def _mutate_file(names: Mapping[str, str]) -> Mutator:
    kinds = {"json": mutate_json, "lines": mutate_lines, "bytes": mutate_bytes}

    def mutate(data: bytes, random: random.Random) -> bytes:
        first, _, content = data.partition(b"\n")
        return first + b"\n" + kinds[names.get(first.decode("latin-1"), "bytes")](content, random)

    return mutate


def _unpack(place: Path) -> None:
    with zipfile.ZipFile(_CRATE) as archive:
        archive.extractall(place)


def _copy_run(place: Path) -> None:
    shutil.copytree(_RUN, place)


_CRATE_FILES = {
    "ro-crate-metadata.json": "json", "packaged/prov.json": "json", "run.json": "json",
    "manifest-sha256.txt": "bytes", "ro-crate-preview.html": "bytes",
}  # fmt: skip
_RUN_FILES = {"run.json": "json", "rank_0/events.jsonl": "lines", "rank_0/metrics.bin": "bytes"}


def _crate_seeds() -> list[bytes]:
    with zipfile.ZipFile(_CRATE) as archive:
        names = set(archive.namelist())
        return [name.encode() + b"\n" + archive.read(name) for name in _CRATE_FILES if name in names]


def _run_seeds() -> list[bytes]:
    return [
        name.encode() + b"\n" + (run / name).read_bytes()[: LARGEST // 4]
        for run in sorted((FIXTURES / "runs").iterdir())
        for name in _RUN_FILES
        if (run / name).is_file()
    ]


def _files(*patterns: tuple[Path, str]) -> list[bytes]:
    found = [path for folder, pattern in patterns for path in sorted(folder.glob(pattern)) if path.is_file()]
    return [path.read_bytes() for path in found if path.stat().st_size <= LARGEST // 2]


def _member_seeds(name: str) -> list[bytes]:
    seeds = []
    for path in sorted((FIXTURES / "crates").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            seeds.append(archive.read(name))
    return seeds


def _prov_seeds() -> list[bytes]:
    return _member_seeds("packaged/prov.json") + _files(
        (SHARED / "prov-json-documents", "*.json"),
        (SHARED / "prov-constraints" / "cases", "**/*.json"),
        (SHARED / "yprov4ml-documents", "*.json"),
    )


def _metadata_seeds() -> list[bytes]:
    return _member_seeds("ro-crate-metadata.json") + _files(
        (SHARED / "ro-crate-cases", "**/ro-crate-metadata.json")
    )


def _zip_seeds() -> list[bytes]:
    small = io.BytesIO()
    with zipfile.ZipFile(small, "w", zipfile.ZIP_DEFLATED) as archive, zipfile.ZipFile(_CRATE) as crate:
        for name in ("ro-crate-metadata.json", "packaged/prov.json", "run.json", "manifest-sha256.txt"):
            archive.writestr(name, crate.read(name))
    return [small.getvalue(), *_files((FIXTURES / "crates", "*.zip"))]


def _tar_seeds() -> list[bytes]:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive, zipfile.ZipFile(_CRATE) as crate:
        for name in ("ro-crate-metadata.json", "packaged/prov.json", "run.json", "manifest-sha256.txt"):
            info = tarfile.TarInfo(name)
            content = crate.read(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return [made.getvalue()]


_PROFILE = b"""name = "lab"
[[rule]]
id = "orcid"
type = ["Person", "root"]
match = "^https://orcid"
property = "name"
min = 1
max = 3
value_types = ["Text"]
pattern = "^[A-Z]+ (?:x|y)*$"
severity = "SHOULD"
sentence = "A sentence."
help = "A fix."
"""
_TABLE = b"""[project]
name = "x"
[tool.prov4ml.validate]
severity = "should"
ignore = ["ro-crate-*/root-publisher"]
select = ["ro-crate-*", "payload/*"]
profile = "ro-crate-1.2"
"""


def _profile(data: bytes, folder: Path) -> None:
    crate = folder / "ro-crate-metadata.json"
    if not crate.exists():
        crate.write_bytes(_metadata_seeds()[0])
    path = folder / "profile.toml"
    path.write_bytes(data)
    _judge(crate, profile=str(path))


def _table(data: bytes, folder: Path) -> None:
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "pyproject.toml").write_bytes(data)
    try:
        found = load_configuration(folder)
        make_selection(found.select or (), found.ignore or ())
    except (Unreadable, UnknownRule):
        pass


def _places(data: bytes, folder: Path) -> None:
    """Look up the line of every value of a document."""
    from prov4ml_validators.json_text import locate, walk

    try:
        source = decode_json(data, path="x")
    except Unreadable:
        return
    pointers = [place for place, _ in walk(source.value)][:2000]
    found = locate(source.text, pointers)
    if len(found) < len(set(pointers)):
        raise Unfit("a value has no place")


@cache
def targets() -> Mapping[str, Target]:
    """Return all targets by name."""
    return {
        "prov-json": Target(_prov_seeds, mutate_json, _prov),
        "metadata": Target(_metadata_seeds, mutate_json, _metadata),
        "crate-directory": Target(
            _crate_seeds, _mutate_file(_CRATE_FILES), _in_folder(_CRATE_FILES, _unpack)
        ),
        "zip": Target(_zip_seeds, mutate_zip, _archive("x.zip")),
        "tar": Target(_tar_seeds, mutate_tar, _archive("x.crate.tar.gz")),
        "run-directory": Target(_run_seeds, _mutate_file(_RUN_FILES), _in_folder(_RUN_FILES, _copy_run)),
        "user-profile": Target(lambda: [_PROFILE], mutate_bytes, _profile),
        "pyproject": Target(lambda: [_TABLE], mutate_bytes, _table),
        "places": Target(_prov_seeds, mutate_json, _places),
    }
