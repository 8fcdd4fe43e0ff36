"""Damaged crates as rocrate-validator and we see them: where the verdicts or the checks differ.

The crates are the base crate of the examples in each version of RO-Crate, with one damage each: a property
lost, emptied, made text, made a reference to nothing; a type lost; an entity lost. Run with a Python
that has roc-validator, named by `--python`; it is told to stay offline, with the contexts in `--contexts`, a
folder of `ro-crate-<version>.jsonld` and `workflow-run.jsonld`: `make crate-differential` does all of it.
"""

import argparse
import copy
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prov4ml_validators import validate
from prov4ml_validators.examples.base_crate import base_crate
from prov4ml_validators.examples.damage import described_files
from tests.validators.crate.agreement import Case, compare, print_level

Json = dict[str, Any]
VALUES: dict[str, Any] = {
    "empty": "", "text": "some text", "number": 7, "to nothing": {"@id": "#nothing"},
    "to the descriptor": {"@id": "ro-crate-metadata.json"},
}  # fmt: skip

# Runs with the other Python: one JSON line a crate, as the manifest of a corpus has it.
RUNNER = """
import io, json, sys, tempfile
from pathlib import Path
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from rocrate_validator import services
from urllib3 import HTTPResponse
contexts = Path(sys.argv[1])
terms = "https://w3id.org/ro/terms/"
bodies = {f"https://w3id.org/ro/crate/{one}/context": contexts / f"ro-crate-{one}.jsonld" for one in ("1.1", "1.2", "1.3")}
bodies = {url: path.read_bytes() for url, path in bodies.items()}
bodies[terms + "workflow-run/context"] = (contexts / "workflow-run.jsonld").read_bytes()
names = "TestSuite TestInstance TestService TestDefinition instance runsOn resource definition engineVersion".split()
test = {"@context": {name: f"{terms}test#{name}" for name in names}}
bodies[terms + "test/context"] = json.dumps(test).encode()
class Disk(HTTPAdapter):
    def send(self, request, **_):
        body, headers = io.BytesIO(bodies[request.url]), {"Content-Type": "application/ld+json"}
        return self.build_response(request, HTTPResponse(body=body, status=200, headers=headers, preload_content=False))
cache = tempfile.mkdtemp() + "/http"
session = CachedSession(cache_name=cache, backend="sqlite", expire_after=-1)
session.mount("https://", Disk())
for url in bodies:
    session.get(url)
for crate in sys.stdin.read().splitlines():
    common = dict(rocrate_uri=crate, requirement_severity="RECOMMENDED", offline=True, cache_path=cache)
    found = {"REQUIRED": set(), "RECOMMENDED": set()}
    for profile in services.detect_profiles(services.ValidationSettings(**common)):
        settings = services.ValidationSettings(**common, profile_identifier=profile.identifier)
        for issue in services.validate(settings).get_issues():
            found[issue.severity.name].add(issue.check.identifier)
    lists = {f"{level.lower()}_checks": sorted(checks) for level, checks in found.items()}
    verdict = "invalid" if found["REQUIRED"] else "valid"
    print("CASE", json.dumps({"required": verdict, "messages": [], "unreadable": None, **lists}), flush=True)
"""  # noqa: E501


def damages(document: Json) -> Iterator[tuple[str, Json]]:
    """Yield every damaged document with what was done to it."""
    for index, entity in enumerate(document["@graph"]):
        name = entity["@id"]

        def changed(index: int = index, **properties: Any) -> Json:
            found = copy.deepcopy(document)
            one = {**found["@graph"][index], **properties}
            found["@graph"][index] = {key: value for key, value in one.items() if value is not None}
            return found

        others = [one for one in document["@graph"] if one is not entity]
        yield f"{name}: lost", {**document, "@graph": others}
        for kind in entity["@type"] if isinstance(entity["@type"], list) else []:
            yield f"{name}: no {kind}", changed(**{"@type": [one for one in entity["@type"] if one != kind]})
        yield f"{name}: a Thing", changed(**{"@type": "Thing"})
        for key in entity:
            if not key.startswith("@"):
                yield f"{name}: no {key}", changed(**{key: None})
                for what, value in VALUES.items():
                    yield f"{name}: {key} {what}", changed(**{key: value})


def write(folder: Path, document: Json) -> Path:
    folder.mkdir(parents=True)
    for path, content in described_files(document).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    (folder / "ro-crate-metadata.json").write_text(json.dumps(document))
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", required=True, help="a Python that has roc-validator")
    parser.add_argument("--contexts", type=Path, required=True, help="a folder with the JSON-LD contexts")
    parser.add_argument("--count", type=int, default=200, help="how many damaged crates")
    parser.add_argument("--seed", type=int, default=1, help="which of them")
    options = parser.parse_args()
    versions = ("1.1", "1.2", "1.3")
    every = [(f"{one} {what}", made) for one in versions for what, made in damages(base_crate(one))]
    chosen = random.Random(options.seed).sample(every, min(options.count, len(every)))
    with tempfile.TemporaryDirectory() as folder:
        paths = [write(Path(folder) / str(number), made) for number, (_, made) in enumerate(chosen)]
        done = subprocess.run(
            [options.python, "-c", RUNNER, options.contexts], input="\n".join(map(str, paths)),
            stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        theirs = [json.loads(line[5:]) for line in done.stdout.splitlines() if line.startswith("CASE ")]
        cases = []
        for (what, _), path, entry in zip(chosen, paths, theirs, strict=True):
            report = validate(path)
            weights = {one.rule: one.severity for one in report.findings}
            cases.append(Case(what, entry, frozenset(weights), weights, report.profiles))
    wrong = [case.path for case in cases if case.is_valid != (case.entry["required"] == "valid")]
    print(f"verdict: {len(cases) - len(wrong)} of {len(cases)} the same", *wrong, sep="\n    ")
    for level in ("required", "recommended"):
        print_level(level, compare(cases, level))


if __name__ == "__main__":
    sys.exit(main())
