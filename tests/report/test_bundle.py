"""The committed bundle is what its sources and its lock file say, without node: `make web` writes it."""

import hashlib
import json
from pathlib import Path

from prov4ml_packager.report.assets import licences, script, style

WEB = Path(__file__).resolve().parents[2] / "packager" / "web"
BUNDLE = json.loads((WEB.parent / "prov4ml_packager/report/assets/bundle.json").read_text(encoding="utf-8"))
STALE = "the bundle is not of these sources: run make web"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_the_bundle_is_of_these_sources() -> None:
    sources = {path.name: digest(path.read_text(encoding="utf-8")) for path in (WEB / "src").iterdir()}
    assert BUNDLE["sources"] == sources, STALE
    assert BUNDLE["lock"] == digest((WEB / "package-lock.json").read_text(encoding="utf-8")), STALE
    assert BUNDLE["script"] == digest(script()), STALE
    assert BUNDLE["style"] == digest(style()), STALE


def test_the_libraries_are_those_of_the_lock_file_with_their_licences() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = json.loads((WEB / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert set(BUNDLE["libraries"]) == set(wanted)
    for name, found in BUNDLE["libraries"].items():
        locked = lock[f"node_modules/{name}"]
        assert (found["version"], found["license"]) == (locked["version"], locked["license"])
        assert wanted[name] == locked["version"], "exact versions only"
        assert f"{name} {found['version']} ({found['license']})" in licences()
    assert "Permission is hereby granted, free of charge" in licences()
    assert licences() in script()  # every page is a copy, and carries the notices


def test_the_script_can_stand_in_a_page() -> None:
    assert "</script" not in script().lower()
    assert "<!--" not in script()
    assert (
        "\r" not in script() + style()
    )  # a parser would turn it into a line feed, and the digest would be wrong
