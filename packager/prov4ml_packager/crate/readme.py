"""`README.md`: what a crate of a workflow is, for people who open the archive.

Workflow RO-Crate 1.0 and 1.1 ("Crate") ask for it. All foreign text in it stands in code spans.
"""

from collections.abc import Mapping, Sequence

from ..markdown import cell, items, span, table
from ..wording import iso_time
from .archive.members import COMPARISON, MANIFEST, METADATA, PREVIEW, README, Member
from .entities import Entity
from .facts import RunFacts
from .file_entities import described_file
from .licences import licence_entity
from .options import CrateOptions
from .workflow.main_workflow import MainWorkflow

_LONGEST = 2000
_SENTENCE = "What this crate is, for people."
_RUNS = "## Runs"


def readme_text(runs: Sequence[RunFacts], options: CrateOptions, title: str, workflow: MainWorkflow) -> str:
    """Return the text of the README, the same for the same runs and options.

    Args:
        runs: all of the crate.
        options: people and licence.
        title: of the crate.
        workflow: what the runs ran.
    """
    people = ", ".join(span(author.name) for author in options.authors)
    rows = [
        [
            cell(facts.run.experiment),
            cell(facts.run.run_id),
            cell(facts.run.status),
            cell(iso_time(facts.run.start)),
            cell(iso_time(facts.run.end)),
        ]
        for facts in runs
    ]
    parts = [
        f"# {span(title)}",
        span(options.description, _LONGEST) if options.description else "",
        items(
            [
                ("Workflow", f"{span(workflow.files[0].member.path)}, in {workflow.language.name}"),
                ("Authors", people),
                ("Publisher", span(options.publisher.name) if options.publisher is not None else ""),
                ("Licence", span(licence_entity(options.license)["name"])),
                ("Identifier", span(options.identifier or "")),
            ]
        ),
        _RUNS,
        table(["Experiment", "Run", "Status", "Start", "End"], rows),
        f"`{COMPARISON}` compares them, one row a run." if len(runs) > 1 else "",
        "## How to read it",
        f"Open `{PREVIEW}` in a browser. `{METADATA}` describes every file, as an RO-Crate "
        f"(<https://w3id.org/ro/crate/{options.spec}>); `sha256sum --check {MANIFEST}` checks them.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def readme_entity(readme: Member) -> Entity:
    """Return the JSON-LD of the README."""
    entity = described_file(readme, README, _SENTENCE)
    entity["about"] = {"@id": "./"}
    return entity


def is_unchanged(readme: Member, entity: Mapping[str, object]) -> bool:
    """Return whether a README is the one that `readme_text` wrote, by what the metadata says of it."""
    return entity.get("description") == _SENTENCE and entity.get("sha256") == readme.sha256


def changed_readme(text: str, properties: Mapping[str, str]) -> str:
    """Return a text of `readme_text` for other properties of the crate; one that is empty is left out.

    Args:
        text: as it was written.
        properties: new values, of which the README has `name`, `description`, `license` and `identifier`.
    """
    head, runs, rest = text.partition(f"\n\n{_RUNS}\n")
    title, *description, facts = head.split("\n\n")
    if properties.get("name"):
        title = f"# {span(properties['name'])}"
    if "description" in properties:
        description = [span(properties["description"], _LONGEST)]
    lines = {line.partition(":")[0]: line for line in facts.split("\n")}
    for key, name in (("license", "Licence"), ("identifier", "Identifier")):
        if key in properties:
            value = properties[key]
            shown = licence_entity(value)["name"] if key == "license" and value else value
            lines[f"- **{name}"] = items([(name, span(shown))])
    parts = [title, *description, "\n".join(line for line in lines.values() if line)]
    return "\n\n".join(part for part in parts if part) + runs + rest
