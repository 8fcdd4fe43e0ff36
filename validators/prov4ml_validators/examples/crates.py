"""Examples for crates: one entity of the graph, or the whole metadata where the rule is about that.

Ids of versioned rules begin with `ro-crate/` here; the permalinks are those of 1.1.
"""

from collections.abc import Iterator


def _entity(id: str, *properties: str) -> str:
    return "{" + ",\n ".join([f'"@id": "{id}"', *properties]) + "}"


def _root(*properties: str) -> str:
    return _entity("./", '"@type": "Dataset"', *properties)


_DESCRIPTOR_LINES = (
    '"@type": "CreativeWork"',
    '"about": {"@id": "./"}',
    '"conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}',
)
_TOOL = "https://example.org/tool"


def _descriptor(*, without: int | None = None, instead: str | None = None) -> str:
    lines = [instead if index == without else line for index, line in enumerate(_DESCRIPTOR_LINES)]
    return _entity("ro-crate-metadata.json", *(line for line in lines if line is not None))


def _action(*properties: str) -> str:
    return _entity("#run", '"@type": "CreateAction"', '"name": "Training"', *properties)


def _tool(*properties: str) -> str:
    return _entity(
        "https://example.org/tool", '"@type": "SoftwareApplication"', '"name": "Tool"', *properties
    )


def _root_examples() -> Iterator[tuple[str, tuple[str, str]]]:
    for name, wrong, right in (
        ("name", None, '"name": "Digits, a training run"'),
        ("description", None, '"description": "Metrics, model and provenance of one run"'),
        ("license", None, '"license": {"@id": "https://spdx.org/licenses/MIT"}'),
        ("author", None, '"author": {"@id": "https://orcid.org/0000-0002-1825-0097"}'),
        ("publisher", None, '"publisher": {"@id": "https://ror.org/x"}'),
        ("date-published", '"datePublished": "yesterday"', '"datePublished": "2026-01-31"'),
        ("date-precision", '"datePublished": "2026"', '"datePublished": "2026-01-31"'),
        (
            "license-entity",
            '"license": {"@id": "LICENSE"}',
            '"license": {"@id": "https://spdx.org/licenses/MIT"}',
        ),
    ):
        yield f"ro-crate/root-{name}", (_root(*([wrong] if wrong else [])), _root(right))


CRATES: dict[str, tuple[str, str]] = {
    **dict(_root_examples()),
    "ro-crate/root-type": (
        _entity("./", '"@type": "Folder"', '"name": "Digits"'),
        _root('"name": "Digits"'),
    ),
    "ro-crate/descriptor-about": (_descriptor(without=1), _descriptor()),
    "ro-crate/descriptor-conforms-to": (
        _descriptor(without=2, instead='"conformsTo": {"@id": "https://example.org/my-profile"}'),
        _descriptor(),
    ),
    "ro-crate/descriptor-type": (_descriptor(without=0, instead='"@type": "File"'), _descriptor()),
    "ro-crate/entity-type": (
        _entity("script.py", '"name": "Script"'),
        _entity("script.py", '"@type": "File"', '"name": "Script"'),
    ),
    "ro-crate/flattened": (
        _entity("script.py", '"@type": "File"', '"author": {"@type": "Person", "name": "Ada Lovelace"}'),
        _entity("script.py", '"@type": "File"', '"author": {"@id": "https://orcid.org/0000-0002-1825-0097"}'),
    ),
    "ro-crate/unknown-term": (
        _entity("script.py", '"@type": "File"', '"learningRate": 0.1'),
        _entity("script.py", '"@type": "File"', '"description": "trains with a learning rate of 0.1"'),
    ),
    "ro-crate/unknown-type": (
        _entity("script.py", '"@type": ["File", "TrainingScript"]'),
        _entity("script.py", '"@type": ["File", "SoftwareSourceCode"]'),
    ),
    "ro-crate/data-entity-id": (
        _entity("data\\\\set.csv", '"@type": "File"'),
        _entity("data%20set.csv", '"@type": "File"'),
    ),
    "ro-crate/json-ld-document": (
        '{"@context": "https://w3id.org/ro/crate/1.1/context"}',
        '{"@context": "https://w3id.org/ro/crate/1.1/context",\n "@graph": []}',
    ),
    "ro-crate/context-reference": (
        '{"@context": "https://schema.org/",\n "@graph": []}',
        '{"@context": "https://w3id.org/ro/crate/1.1/context",\n "@graph": []}',
    ),
    "payload/content-size": (
        _entity("data%20set.csv", '"@type": "File"', '"contentSize": "7"'),
        _entity("data%20set.csv", '"@type": "File"', '"contentSize": "8"'),
    ),
    "process-run-crate-0.5/action-status": (
        _action('"actionStatus": "completed"'),
        _action('"actionStatus": "http://schema.org/CompletedActionStatus"'),
    ),
    "process-run-crate-0.5/action-instrument": (
        _action('"instrument": "train.py"'),
        _action('"instrument": {"@id": "https://example.org/tool"}'),
    ),
    "process-run-crate-0.5/action-error": (
        _action('"error": "out of memory"', '"actionStatus": "http://schema.org/CompletedActionStatus"'),
        _action('"error": "out of memory"', '"actionStatus": "http://schema.org/FailedActionStatus"'),
    ),
    "process-run-crate-0.5/action-result": (_action(), _action('"result": {"@id": "store/"}')),
    "process-run-crate-0.5/action-agent": (
        _action('"agent": "ada"'),
        _action('"agent": {"@id": "https://orcid.org/0000-0002-1825-0097"}'),
    ),
    "process-run-crate-0.5/tool-one-version": (
        _tool('"version": "1"', '"softwareVersion": "1.0"'),
        _tool('"version": "1"'),
    ),
}
"""Rule id to an entity that breaks the rule and one that does not."""
