"""Examples of several files, laid over a good run or a good crate.

The notation is that of `prov4ml_validators.examples.runs`, as a person at the terminal reads it.
"""

import json
import re
import shutil
from pathlib import Path

from .conftest import GOOD_POINTS, good_events, good_metadata, good_run, write_crate, write_run

_NUMBERED = re.compile(r"prov_1\.json, .* (\d+) documents")
METADATA = "ro-crate-metadata.json"


def _sections(example: str) -> list[tuple[str, list[str]]]:
    sections: list[tuple[str, list[str]]] = []
    for line in example.splitlines():
        if line.startswith("  "):
            sections[-1][1].append(line[2:])
        else:
            sections.append((line, []))
    return sections


def lay_over(folder: Path, example: str) -> None:
    """Put the files of an example where they belong; what it says is not there is removed."""
    for title, lines in _sections(example):
        if " -> " in title:
            path, target = title.split(" -> ")
            (folder / path).unlink()
            (folder / path).symlink_to(target)
        elif title.endswith(": not there"):
            path = folder / title.removesuffix(": not there")
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        elif title == f"{METADATA}, one entity:":
            _replace_entity(folder / METADATA, json.loads("\n".join(lines)))
        elif title.endswith(" (hexadecimal):"):
            (folder / title.removesuffix(" (hexadecimal):")).write_bytes(bytes.fromhex(" ".join(lines)))
        elif title.startswith("pip install "):
            continue
        elif found := _NUMBERED.fullmatch(title):
            for number in range(int(found[1])):
                (folder / f"prov_{number + 1}.json").write_text("{}")
        else:
            assert title.endswith(":"), title
            path = folder / title.removesuffix(":")
            path.parent.mkdir(parents=True, exist_ok=True)
            torn = len(lines) > 1 and lines[-1].startswith("{") and not lines[-1].endswith("}")
            path.write_text("\n".join(lines) + ("" if torn else "\n"))


def _replace_entity(metadata: Path, entity: dict[str, object]) -> None:
    document = json.loads(metadata.read_text())
    others = [one for one in document["@graph"] if one["@id"] != entity["@id"]]
    if str(entity["@id"]).startswith("urn:uuid:"):
        others = [one for one in others if one["@id"] != "#run"]
    document["@graph"] = [*others, entity]
    metadata.write_text(json.dumps(document))


def make_run(folder: Path, example: str) -> Path:
    """A run with the files of an example; its good journal logs the two points and no copy."""
    run = write_run(folder / "digits_0", good_run(), good_events(), GOOD_POINTS)
    lay_over(run, example)
    return run


def make_crate(folder: Path, example: str) -> Path:
    crate = write_crate(folder / "crate", good_metadata())
    lay_over(crate, example)
    return crate
