"""What a record says of each file: its true name, what it is, and whether the run took it in or made it."""

from dataclasses import dataclass, field

from .record import RunRecord
from .text import escape_text


@dataclass
class FileRole:
    """What the record says of one path: a name, sentences, and the sides of the action it is on."""

    name: str
    sentences: list[str] = field(default_factory=list)
    is_object: bool = False
    is_result: bool = False
    is_source: bool = False


def file_roles(run: RunRecord) -> dict[str, FileRole]:
    """Return the role of every path that the record names; one that was logged twice has both sentences."""
    roles: dict[str, FileRole] = {}

    def add(path: str | None, name: str, sentence: str, *, takes: bool, source: bool = False) -> None:
        if path is None:
            return
        role = roles.setdefault(path, FileRole(escape_text(name)))
        if sentence not in role.sentences:
            role.sentences.append(sentence)
        role.is_object |= takes
        role.is_result |= not takes
        role.is_source |= source

    for model in run.models:
        details = [f"class {model.type}"]
        if model.parameters is not None:
            details.append(f"{model.parameters} parameters")
        if model.file is not None:
            sentence = f"Model {model.name!r} ({', '.join(details)})."
            add(model.file.path, model.name, sentence, takes=False)
    for version in run.model_versions:
        origin = f", derived from version {version.previous}" if version.previous is not None else ""
        where = _place(version.context, version.step)
        sentence = f"Version {version.version} of model {version.name!r}{origin}{where}."
        add(version.file.path, f"{version.name}, version {version.version}", sentence, takes=False)
    for artifact in run.artifacts:
        kind = "Model file" if artifact.is_model else "Input" if artifact.is_input else "Artifact"
        sentence = f"{kind} {artifact.name!r}{_place(artifact.context, artifact.step)}."
        add(artifact.file.path, artifact.name, sentence, takes=artifact.is_input)
    for dataset in run.datasets:
        if dataset.file is not None:
            add(
                dataset.file.path,
                dataset.label,
                f"Dataset {dataset.label!r}{_place(dataset.context)}.",
                takes=True,
            )
    for port in run.ports:
        if port.file is not None:
            title = f"{port.direction} {port.number}"
            add(port.file.path, title, f"{title.capitalize()} of the run.", takes=port.direction == "input")
    for code in run.source_code:
        for file in code.files:
            name = file.path.rsplit("/", 1)[-1] if file.path else ""
            sentence = "The script that ran." if file.path == code.script else "Source code of the run."
            add(file.path, name, sentence, takes=True, source=True)
    return roles


def _place(context: str | None, step: int | None = None) -> str:
    where = f" logged in context {context!r}" if context is not None else ""
    when = f" at step {step}" if step is not None else ""
    return where + when
