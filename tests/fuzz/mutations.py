"""Damage: one input made into another that is a little wrong, at the level of bytes, JSON values or archives.

Everything follows from the random generator that is passed in, so a failure can be made again from its seed.
"""

import io
import json
import random
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import Any

Mutator = Callable[[bytes, random.Random], bytes]

LARGEST = 1 << 18
"""Bytes of an input at most: what grows too fast shows itself long before."""
_LONGEST_NAME = 8000
"""Characters; a name in a zip has 65,535 bytes at most. Before 3.11.10 Python's tarfile reads a pax header of
many digits in quadratic time (CVE-2024-6232), which is not ours to find again."""
_RAW = "\ue000raw:"
_RAW_VALUES = (
    "1e999",
    "-1e999",
    "NaN",
    "-Infinity",
    "1" + "0" * 400,
    "9" * 4299,
    "9" * 5000,
    "0.1e-999",
    "1E+400",
    '{"a": 1, "a": 2}',
    "[" * 60 + "]" * 60,
    "[" * 3000 + "]" * 3000,
    '"\\ud800"',
    '"\\udfff\\u0000"',
)
"""JSON, or almost, that `json.dumps` never writes."""
_WORDS = (
    "",
    " ",
    "a",
    "..",
    "../../x",
    "/etc/passwd",
    "C:\\x",
    "./",
    "#",
    "_:",
    "_:b",
    ":",
    "a:b:c",
    "prov:",
    "xsd:int",
    "prov:Entity",
    "http://",
    "https://w3id.org/ro/crate/1.2",
    "https://w3id.org/ro/crate/9.9/context",
    "file:///x",
    "2026-02-30T25:61:61Z",
    "2026-01-01T00:00:00+14:01",
    "0000-00-00",
    "-99999-01-01T00:00:00Z",
    "np.float64(1.0)",
    "tensor([1, 2, ..., 3])",
    "INF",
    "NaN",
    "1e999",
    "é\u0301",
    "\u202e",
    "\x00",
    "\ud800",
    "\U0001f600",
    "%00%ff",
    "%2e%2e/",
    "ro-crate-metadata.json",
    "https://[::1",
    "http://[x]/",
    "https://e.org:99999/",
    "true",
    "-",
)
_REPEATED = (
    "a",
    "0",
    " ",
    "/",
    "../",
    "a,",
    "[",
    "\\",
    "-",
    "1.",
    "=",
    "A" * 7 + "=",
    "é",
    "a:",
    "%20",
    "()",
    "\n",
)
_BYTES = (
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b'"',
    b"{",
    b"]",
    b",",
    b"\\u",
    b"\r\n",
    b"PK",
)


def mutate_bytes(data: bytes, random: random.Random) -> bytes:
    """Return the bytes with one to four pieces changed, removed, put in or repeated."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at = random.randint(0, len(changed))
        length = min(len(changed) - at, int(random.expovariate(0.1)))
        match random.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([random.randrange(256)])
            case 1:
                changed[at : at + length] = b""
            case 2:
                changed[at:at] = random.choice(_BYTES)
            case 3:
                changed[at:at] = changed[at : at + length] * random.randint(1, 3)
            case 4:
                del changed[at:]
            case 5:
                number = random.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, random.getrandbits(32)))
                changed[at : at + 4] = number.to_bytes(4, random.choice(("little", "big")))
    return bytes(changed[:LARGEST])


def mutate_json(data: bytes, random: random.Random) -> bytes:
    """Return JSON with one to four values or names changed, still JSON but for `_RAW_VALUES`; else bytes."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return mutate_bytes(data, random)
    if random.random() < 0.1:
        return mutate_bytes(data, random)
    for _ in range(random.randint(1, 4)):
        value = _change(value, random)
    try:
        text = json.dumps(value, ensure_ascii=random.random() < 0.5, indent=random.choice((None, 1)))
    except (ValueError, RecursionError):
        return mutate_bytes(data, random)
    for raw in _RAW_VALUES:
        text = text.replace(json.dumps(_RAW + raw), raw)
        text = text.replace(json.dumps(_RAW + raw, ensure_ascii=False), raw)
    return text.encode("utf-8", "surrogatepass")[:LARGEST]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container and key in it."""
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        items = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for key, child in items:
            yield holder, key
            if isinstance(child, dict | list):
                waiting.append(child)


def _change(value: Any, random: random.Random) -> Any:
    places = list(_places(value)) if isinstance(value, dict | list) else []
    if not places or random.random() < 0.01:
        return _new_value(value, random)
    holder, key = random.choice(places)
    match random.randrange(8):
        case 0:
            del holder[key]
        case 1:
            other, place = random.choice(places)
            if (place in other) if isinstance(other, dict) else (place < len(other)):
                holder[key] = json.loads(json.dumps(other[place]))
        case 2 if isinstance(holder, dict):
            holder[_new_text(str(key), random)] = holder.pop(key)
        case 3 if isinstance(holder, dict):
            names = [name for _, name in places if isinstance(name, str)]
            holder[random.choice(names)] = holder[key]
        case 4:
            holder[key] = [holder[key]] * random.choice((1, 2, 50))
        case 5:
            holder[key] = {random.choice(("$", "@id", "@value", "type", "x")): holder[key]}
        case _:
            holder[key] = _new_value(holder[key], random)
    return value


def _new_value(old: Any, random: random.Random) -> Any:
    if isinstance(old, str) and random.random() < 0.6:
        return _new_text(old, random)
    return random.choice(
        (
            None,
            True,
            0,
            -1,
            2**63,
            10**30,
            0.5,
            -0.0,
            [],
            {},
            [None],
            [[]],
            {"@id": "./"},
            {"$": 1, "type": "xsd:int"},
            _RAW + random.choice(_RAW_VALUES),
            random.choice(_WORDS),
            random.choice(_REPEATED) * random.choice((40, 4000, 60_000)),
        )
    )


def _new_text(old: str, random: random.Random) -> str:
    at = random.randint(0, len(old))
    match random.randrange(5):
        case 0:
            return old[:at]
        case 1:
            return old[:at] + random.choice(_WORDS) + old[at:]
        case 2:
            return old[:at] + random.choice(_REPEATED) * random.choice((2, 300, 20_000, 100_000)) + old[at:]
        case 3:
            return (
                old[:at]
                + chr(random.choice((0, 10, 0x7F, 0xD800, 0xFFFE, 0x1F600, random.randrange(0x3000))))
                + old[at:]
            )
        case _:
            return random.choice(_WORDS)


def mutate_lines(data: bytes, random: random.Random) -> bytes:
    """Return JSON lines with some of them changed, repeated, dropped or in another order; else as text."""
    lines = data.split(b"\n")
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(lines)) if lines else 0
        match random.randrange(5):
            case 0 if lines:
                del lines[at]
            case 1 if lines:
                lines.insert(random.randint(0, len(lines)), lines[at])
            case 2 if lines:
                lines[at] = mutate_bytes(lines[at], random)
            case _ if lines:
                lines[at] = mutate_json(lines[at], random)
    return b"\n".join(lines)[:LARGEST]


def _member_name(name: str, random: random.Random) -> str:
    return name if random.random() < 0.8 else _new_text(name, random)[:_LONGEST_NAME]


def _storable(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def mutate_zip(data: bytes, random: random.Random) -> bytes:
    """Return a zip with other names, members or content, made anew; or with other bytes."""
    if random.random() < 0.5:
        return mutate_bytes(data, random)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist()[:60]]
    except Exception:  # damaged already, in one of the many ways that zipfile knows
        return mutate_bytes(data, random)
    target = io.BytesIO()
    with (
        warnings.catch_warnings(action="ignore"),
        zipfile.ZipFile(target, "w") as archive,
    ):  # of duplicate names
        for name, content in _changed_members(members, random):
            info = zipfile.ZipInfo(_storable(name))
            info.compress_type = random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
            info.external_attr = random.choice((0, 0, 0, 0o120777 << 16, 0x10))
            archive.writestr(info, content)
    return target.getvalue()[:LARGEST]


def mutate_tar(data: bytes, random: random.Random) -> bytes:
    """Return a tar, not compressed, with other names, members or content, made anew; or with other bytes."""
    if random.random() < 0.5:
        return mutate_bytes(data, random)
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            found = [(info, archive.extractfile(info)) for info in archive.getmembers()[:60] if info.isfile()]
            members = [(info.name, stream.read()) for info, stream in found if stream]
    except Exception:  # damaged already
        return mutate_bytes(data, random)
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in _changed_members(members, random):
            info = tarfile.TarInfo(_storable(name))
            info.size = len(content)
            info.type = random.choice(
                (tarfile.REGTYPE,) * 6 + (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE)
            )
            info.linkname = _storable(random.choice(_WORDS))
            archive.addfile(info, io.BytesIO(content))
    return target.getvalue()[:LARGEST]


def _changed_members(
    members: Sequence[tuple[str, bytes]], random: random.Random
) -> Iterator[tuple[str, bytes]]:
    for name, content in members:
        if random.random() < 0.05:
            continue
        mutate = mutate_json if name.endswith("json") else mutate_bytes
        changed = mutate(content, random) if random.random() < 0.2 else content
        for _ in range(2 if random.random() < 0.05 else 1):
            yield _member_name(name, random), changed
