"""What a rule asks of the entities of a kind: how often they have a property, and what it holds."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..json_text import shorten
from ..report import Finding, Severity
from ..rules import Rule
from .graph import CrateGraph, Entity, as_list
from .versions import VersionedRule, versioned

Selector = Callable[[CrateGraph], Iterable[Entity]]
"""Finds the entities that a shape is about."""

CREATIVE_WORKS = frozenset({
    "CreativeWork", "Article", "ScholarlyArticle", "Collection", "DefinedTermSet", "Dataset", "File", "HowTo",
    "ImageObject", "SoftwareApplication", "SoftwareSourceCode", "WebPage", "WebSite", "WebContent",
    "DataDownload",
    "Report", "Thesis", "TechArticle", "Book", "LearningResource", "Course", "DigitalDocument", "DataCatalog",
})  # fmt: skip
"""CreativeWork and what schema.org derives from it, as far as it occurs in crates."""
ORGANIZATIONS = frozenset({
    "Organization", "Project", "ResearchProject", "ResearchOrganization", "EducationalOrganization",
    "CollegeOrUniversity", "Corporation", "GovernmentOrganization", "NGO", "Consortium", "FundingAgency",
    "LibrarySystem", "NewsMediaOrganization", "MedicalOrganization", "OnlineBusiness",
})  # fmt: skip
"""Organization and what schema.org derives from it, as far as it occurs in crates."""


@dataclass(frozen=True)
class Expect:
    """What a property holds.

    Attributes:
        name: the property; several are alternatives whose values count together.
        at_least: how many values there are at least.
        at_most: how many at most, None for any number.
        types: every value refers to an entity of the graph that has one of these types.
        pattern: found in every value, its text or the `@id` it refers to.
        literal: every value is text or a number (True), or a reference (False).
        text: every value is text, and no number.
        among: every value is one of these, as text or as `@id`.
        kind: what every value is, in a word, and how that is found out.
        some: `types` and `pattern` hold for `at_least` of the values and not for all.
        inverse: the values are the entities that refer to this one by the property.
    """

    name: str | tuple[str, ...]
    at_least: int = 0
    at_most: int | None = None
    types: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None
    literal: bool | None = None
    text: bool = False
    among: frozenset[str] = frozenset()
    kind: tuple[str, Callable[[Any], bool]] | None = None
    some: bool = False
    inverse: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return the property and its alternatives."""
        return (self.name,) if isinstance(self.name, str) else self.name

    @cached_property
    def _takes_any_text(self) -> bool:
        return not (
            self.types or self.pattern or self.among or self.some or self.kind or self.literal is False
        )

    def problem(self, graph: CrateGraph, entity: Entity) -> str:
        """Return what is wrong with an entity, to be read behind its name; nothing if all is well."""
        # Most entities of a large crate have nothing to say here, or one text that nothing more is asked of.
        if isinstance(self.name, str) and not self.inverse:
            value = entity.body.get(self.name)
            if value is None and not self.at_least:
                return ""
            is_text = isinstance(value, str) and value != "" and self.at_most != 0
            if is_text and self._takes_any_text and self.at_least < 2:
                return ""
        label = " or ".join(self.names)
        values = self._values(graph, entity)
        if self.some:
            good = sum(not self._misfit(graph, value) for value in values)
            return "" if good >= self.at_least else f"has no {label} as asked"
        if len(values) < self.at_least:
            return f"is in {label} of no other entity" if self.inverse else f"has no {label}"
        if self.at_most is not None and len(values) > self.at_most:
            return f"has {len(values)} values of {label}"
        for value in self._all_values(entity) if self.at_most is None and not self.inverse else values:
            misfit = self._misfit(graph, value)
            if misfit:
                shown = value["@id"] if isinstance(value, dict) and set(value) == {"@id"} else value
                return f"has the {label} {shorten(shown)}, {misfit}"
        return ""

    def _values(self, graph: CrateGraph, entity: Entity) -> Sequence[Any]:
        if self.inverse:
            return [{"@id": one.id} for name in self.names for one in graph.referrers(name, entity.id)]
        found = [one for name in self.names for one in as_list(entity.body.get(name))]
        return [one for one in found if one not in ("", {}, None)]

    def _all_values(self, entity: Entity) -> Sequence[Any]:
        """Return all values: an empty text counts as no value, and is no reference either."""
        return [one for name in self.names for one in as_list(entity.body.get(name)) if one not in ({}, None)]

    def _misfit(self, graph: CrateGraph, value: Any) -> str:
        name = value.get("@id") if isinstance(value, dict) else None
        text = name if isinstance(name, str) else value.get("@value") if isinstance(value, dict) else value
        if self.literal is not None and self.literal == (name is not None):
            return "which is a reference" if self.literal else "which is no reference"
        if self.text and not isinstance(value, str):
            return "which is no text"
        if self.kind is not None and not self.kind[1](value):
            return f"which is no {self.kind[0]}"
        if self.types:
            target = graph.by_id.get(name) if isinstance(name, str) else None
            if target is None:
                return "which the graph does not describe"
            if not target.types & self.types:
                return f"which is no {' or '.join(sorted(self.types)[:4])}"
        if self.pattern is not None and (self.pattern.search(str(text)) is None):
            return "which has another form"
        if self.among and not (isinstance(text, str) and text in self.among):
            return "which is none of those allowed"
        return ""


@dataclass(frozen=True)
class Shape:
    """A rule with the entities that it is about and what it expects of each."""

    rule: Rule
    select: Selector
    expect: Expect

    def check(self, graph: CrateGraph) -> Iterator[Finding]:
        """Yield a finding for each entity that does not have what is expected."""
        for entity in self.select(graph):
            problem = self.expect.problem(graph, entity)
            if problem:
                where = entity.place() if self.expect.inverse else entity.place(*self.expect.names[:1])
                yield self.rule.finding(f"{shorten(entity.id)} {problem}", where)


class ShapeList:
    """The shapes of one specification, in all its versions.

    Attributes:
        shapes: by version, in the order defined.
    """

    def __init__(self, family: str, title: str, versions: tuple[str, ...], *, section: str) -> None:
        self._family = family
        self._title = title
        self._versions = versions
        self._section = section
        self.shapes: dict[str, list[Shape]] = {version: [] for version in versions}

    def rule(
        self,
        name: str,
        severity: Severity | Mapping[str, Severity],
        sentence: str,
        help: str,
        *,
        section: str = "",
        versions: tuple[str, ...] = (),
    ) -> VersionedRule:
        """Register a rule that a function of its own checks; `versions` are those that have it, or all."""
        return versioned(
            name,
            severity,
            sentence,
            section=section or self._section,
            help=help,
            versions=versions or self._versions,
            family=self._family,
            title=self._title,
        )

    def add(
        self,
        name: str,
        severity: Severity | Mapping[str, Severity],
        select: Selector,
        expect: Expect,
        sentence: str,
        help: str,
        *,
        section: str = "",
        versions: tuple[str, ...] = (),
    ) -> None:
        """Register a rule that is a shape."""
        found = self.rule(name, severity, sentence, help, section=section, versions=versions)
        for version, one in found.rules.items():
            self.shapes[version].append(Shape(one, select, expect))

    def may(
        self,
        name: str,
        select: Selector,
        expect: Expect,
        sentence: str,
        *,
        section: str = "",
        versions: tuple[str, ...] = (),
    ) -> None:
        """Register a shape of what MAY be there, as `may-<name>`: by that such rules are asked for."""
        help = f"add {' or '.join(expect.names)}, or leave it: nothing asks for it"
        self.add(
            f"may-{name}", Severity.MAY, select, expect, sentence, help, section=section, versions=versions
        )

    def check(self, graph: CrateGraph, version: str) -> Iterator[Finding]:
        """Yield the findings of all shapes of a version."""
        for shape in self.shapes[version]:
            yield from shape.check(graph)


def of(*types: str) -> Selector:
    """Select the entities that have any of the types."""
    return lambda graph: graph.of_types(*types)


def the_root(graph: CrateGraph) -> Iterable[Entity]:
    """Select the root data entity, if it is described as a Dataset: what is no Dataset is no root."""
    return () if graph.root is None or "Dataset" not in graph.root.types else (graph.root,)
