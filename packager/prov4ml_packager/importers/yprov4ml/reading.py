"""One document of yProv4ML, structurally repaired, with what all parts of the import ask of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from prov4ml_validators.prov_json.records import KINDS

from ...repair.epochs import epoch_of
from ...repair.loading import load_prov_json
from ...repair.model import Attributes, Document, Element, Ledger, first_text, local_name
from ...repair.own_run import OwnRun, find_run, types_of
from ...repair.python_text import member_name
from ...repair.reading import read_document
from ...repair.repair import STRUCTURE, apply
from ...repair.time_text import parse_time
from ...repair.times import document_zone
from .names import label_of
from .places import RunFiles
from .zones import guess_zone

_STAGES = frozenset({"TrainingExecution", "ValidationExecution", "TestingExecution"})


@dataclass
class RankDocument:
    """A document: one rank of one run.

    Attributes:
        path: its file.
        stem: what it is called: its file without the suffix, or the bundle of the file.
        document: its records, repaired as far as `repair.STRUCTURE` goes.
        ledger: the repairs.
        run: the run's activity and attributes.
        files: finds the files that it names.
        zone: offset of times that say none, None if the document does not say it.
        contexts: context to the name of its parent, or None; activity names to contexts in `context_names`.
        lost: what could not come over, one sentence each.
        carried: notes on what came over.
    """

    path: Path
    stem: str
    document: Document
    ledger: Ledger
    run: OwnRun
    files: RunFiles
    zone: timedelta | None
    context_names: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)

    @property
    def entities(self) -> dict[str, Element]:
        """Return the entities by name."""
        return self.document.elements["entity"]

    @property
    def activities(self) -> dict[str, Element]:
        """Return the activities by name."""
        return self.document.elements["activity"]

    def time(self, text: str | None) -> int | None:
        """Return a time of the document in ns, in its zone or else UTC where it says none."""
        found = parse_time(text, self.zone) if text else None
        return found.nanoseconds if found else None

    def local_time(self, text: str | None, start: int, end: int) -> int | None:
        """Return a local time of the host in ns: its zone is the one that puts it in the run, if one does."""
        if text is None:
            return None
        zone = self.zone if self.zone is not None else guess_zone(text, start, end)
        found = parse_time(text, zone)
        return found.nanoseconds if found else None

    def context_named(self, text: str) -> str | None:
        """Return the context that a text names: an activity, a member of an enumeration, or any name.

        The run itself is none.
        """
        if text in self.context_names:
            return self.context_names[text]
        if self.run.name is not None and text in (self.run.name, local_name(self.run.name)):
            return None
        prefix, colon, local = text.partition(":")
        return member_name(local if colon and prefix in self.document.prefixes else text)

    def label_of(self, name: str, attributes: Attributes) -> str:
        """Return what an entity is called: its label, or what its identifier has of it.

        The labels of 3.2.0 to 3.2.5 are whole identifiers, `[<source>//]<label>//<context>`.
        """
        label = first_text(attributes, "name", "label")
        if label is None:
            return label_of(local_name(name))
        front, separator, context = name.rpartition("//")
        if label != name or not separator or context not in self.activities:
            return label
        head, separator, rest = front.partition("//")
        return rest if separator and f"{head}//{context}" in self.activities else front

    def context_of(self, activity: str | None) -> str | None:
        """Return the context that an activity is, None for the run and for epochs."""
        return self.context_names.get(activity) if activity is not None else None


def read_rank_documents(path: Path) -> Iterator[RankDocument]:
    """Read a document and repair its structure; one that has nothing but bundles is as many documents.

    Raises:
        PackagerError: it cannot be read, or is no PROV-JSON.
    """
    raw = load_prov_json(path)
    bundles = [] if any(raw.get(kind) for kind in KINDS) else list(_bundles(raw))
    for stem, content in bundles or [(path.stem, raw)]:
        yield _read(path, stem, content)


def _bundles(raw: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the bundles of a document with their names; the prefixes of the document are theirs, too."""
    prefixes = raw.get("prefix")
    for part in raw["bundle"] if isinstance(raw.get("bundle"), list) else [raw.get("bundle")]:
        for name, content in part.items() if isinstance(part, dict) else ():
            if isinstance(content, dict):
                inner = content.get("prefix")
                known = [one for one in (prefixes, inner) if isinstance(one, dict)]
                yield local_name(name), {**content, "prefix": {k: v for one in known for k, v in one.items()}}


def _read(path: Path, stem: str, raw: dict[str, Any]) -> RankDocument:
    ledger = Ledger()
    document = read_document(raw, ledger)
    apply(STRUCTURE, document, ledger)
    run = find_run(document)
    result = RankDocument(
        path=path,
        stem=stem,
        document=document,
        ledger=ledger,
        run=run,
        files=RunFiles(path.parent, run.attributes),
        zone=document_zone(document),
    )
    for name, element in result.activities.items():
        if name == run.name or epoch_of(name) is not None or types_of(element.attributes) & _STAGES:
            continue
        context = context_name(name, element.attributes)
        # What has a source and no context is in `<source>//<run>`: that is the run.
        if run.name is None or context != context_name(run.name, run.attributes):
            result.context_names[name] = context
    return result


def context_name(activity: str, attributes: Attributes) -> str:
    """Return what a context is called: `TRAINING` of `context:Context.TRAINING`, `training` of `training`.

    What has a source is an activity `<source>//<context>` of 3.x: that is the context, for the source is an
    attribute of what was logged.
    """
    name = activity.rpartition("//")[2] or activity
    return member_name(local_name(name)) or first_text(attributes, "label") or activity
