"""`README.md`: what a crate of a workflow is, for people who open the archive.

Workflow RO-Crate 1.0 and 1.1 ("Crate") ask for it. All foreign text in it stands in code spans.
"""

from collections.abc import Sequence

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
        "## Runs",
        table(["Experiment", "Run", "Status", "Start", "End"], rows),
        f"`{COMPARISON}` compares them, one row a run." if len(runs) > 1 else "",
        "## How to read it",
        f"Open `{PREVIEW}` in a browser. `{METADATA}` describes every file, as an RO-Crate "
        f"(<https://w3id.org/ro/crate/{options.spec}>); `sha256sum --check {MANIFEST}` checks them.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def readme_entity(readme: Member) -> Entity:
    """Return the JSON-LD of the README."""
    entity = described_file(readme, README, "What this crate is, for people.")
    entity["about"] = {"@id": "./"}
    return entity
