"""Examples of the rules on the files of a crate, and of the rules of this program on crates."""

import hashlib

from .base_crate import CONTENT, DATA, ROOT, profile_uris, to
from .damage import Example, at

_DIGESTS = ("md5", "sha1", "sha256", "sha512")
_TEXT = CONTENT.decode()
_SHA256 = hashlib.sha256(CONTENT).hexdigest()
_MANIFEST = "manifest-sha256.txt"


def digest(name: str) -> str:
    """Return a digest of what every file of the base crate holds, in hex."""
    return hashlib.new(name, CONTENT, usedforsecurity=False).hexdigest()


FILES: dict[str, Example] = {
    "payload/missing": Example(files={DATA: (None, _TEXT)}),
    "payload/undescribed": Example(files={"notes.txt": (_TEXT, None)}),
    "payload/content-size": at(DATA, {"contentSize": "8"}, {"contentSize": "7"}),
    "payload/manifest-form": Example(files={_MANIFEST: (f"data.csv {_SHA256}", f"{_SHA256}  data.csv")}),
    "payload/manifest-digest": Example(files={_MANIFEST: (f"{'0' * 64}  data.csv", f"{_SHA256}  data.csv")}),
    "payload/manifest-missing": Example(
        files={_MANIFEST: (f"{_SHA256}  absent.csv", f"{_SHA256}  data.csv")}
    ),
    "payload/manifest-unlisted": Example(files={_MANIFEST: ("", None)}),
    "ro-crate/context-not-known": Example(
        wrong_top={
            "@context": ["https://w3id.org/ro/crate/{version}/context", "https://example.org/context"]
        },
        right_top={
            "@context": [
                "https://w3id.org/ro/crate/{version}/context",
                {"rate": "https://example.org/terms#rate"},
            ]
        },
    ),
    "ro-crate/profile-not-checked": at(
        ROOT,
        {"conformsTo": to("https://w3id.org/ro/wfrun/process/0.1")},
        {"conformsTo": to(profile_uris("1.1")[0])},
    ),
    **{
        f"payload/{name}": at(DATA, {name: "0" * len(digest(name))}, {name: digest(name)})
        for name in _DIGESTS
    },
}
"""Rule id to its example."""

LISTINGS: dict[str, tuple[str, str]] = {
    "payload/path-escapes": ("../../.bashrc", "home/.bashrc"),
    "payload/path-absolute": ("/etc/passwd", "etc/passwd"),
    "payload/link": ("model.bin -> /etc/passwd", "model.bin"),
    "payload/duplicate-member": ("data.csv\ndata.csv", "data.csv"),
    "payload/collision": ("Data.csv\ndata.csv", "data.csv"),
    "payload/portable-name": ("results/aux.csv", "results/auxiliary.csv"),
    "payload/file-and-directory": ("data\ndata/set.csv", "data/set.csv"),
    "ro-crate/metadata-file": ("data.csv", "ro-crate-metadata.json\ndata.csv"),
}
"""Rule id to a list of the members of an archive that breaks the rule, and one that does not."""

WORDS: dict[str, tuple[str, str]] = {
    "payload/damaged": (
        "data.csv: the archive states CRC-32 00000000, the bytes give another",
        "data.csv: the bytes give the CRC-32 that the archive states",
    ),
    "payload/compression-ratio": (
        "zeros.bin: 2147483648 bytes, stored as 2087196",
        "zeros.bin: 2147483648 bytes, stored as 733184512",
    ),
    "payload/zip-header": (
        "the list of the archive has data.csv, the header before its bytes run.sh",
        "the list of the archive and the header before the bytes have data.csv",
    ),
    "payload/case-collision": (
        "the directory has Data.csv and data.csv",
        "the directory has data.csv alone",
    ),
    "payload/name-encoding": (
        "the bytes caf\\xe9.csv, which are no UTF-8",
        "the bytes caf\\xc3\\xa9.csv",
    ),
    "payload/archive-bomb": (
        "crate.zip: 42374 bytes, unpacks to 5461307620 bytes",
        "crate.zip: 42374 bytes, unpacks to 130000 bytes",
    ),
    "payload/not-checked": (
        "prov4ml-pack validate crate/ro-crate-metadata.json",
        "prov4ml-pack validate crate/",
    ),
    "ro-crate/metadata-size": (
        "ro-crate-metadata.json: 300000000 bytes",
        "ro-crate-metadata.json: 300000 bytes, with one entity for each directory",
    ),
}
"""Rule id to what is wrong and what is right, where no part of a document shows it."""
