"""What is drawn: nodes and arrows that stand for one record or for many, and how many of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from .model import Graph, Node
from .naming import counted
from .relations import PART_OF, NodeKind

Detail = Literal["overview", "summary", "full"]
DETAILS: tuple[Detail, ...] = ("overview", "summary", "full")


@dataclass(frozen=True)
class Group:
    """One node of the picture: a single node of the document, or several that are alike.

    Attributes:
        members: the nodes, in the order of the document; they agree in kind.
        inner: relation records between its own members, which have no arrow.
    """

    members: Sequence[Node]
    inner: int

    @property
    def first(self) -> Node:
        """Return the member that stands for all."""
        return self.members[0]

    @property
    def kind(self) -> NodeKind:
        """Return what the members are."""
        return self.members[0].kind

    @cached_property
    def records(self) -> int:
        """Return the number of element records of the members."""
        return sum(len(node.records) for node in self.members)


@dataclass(frozen=True, slots=True)
class Arrow:
    """One arrow of the picture.

    Attributes:
        relation: its label, one of `ARROWS`.
        effect: position of the group where it begins.
        cause: position of the group that it points to.
        lines: how many arrows of the document it stands for.
        records: how many relation records are counted at it; 0 where their first arrow is elsewhere.
    """

    relation: str
    effect: int
    cause: int
    lines: int
    records: int


@dataclass(frozen=True)
class Tally:
    """How many records of a document are drawn one by one, and how many are counted in something.

    Each record is in exactly one of the numbers. An element is drawn if its node stands for it alone; a
    relation if its arrow does.
    """

    elements_drawn: int
    elements_folded: int
    relations_drawn: int
    relations_folded: int
    elements_outside: int
    relations_outside: int
    endless: int
    folds: int

    @property
    def records(self) -> int:
        """Return the number of all records."""
        return sum(
            (
                self.elements_drawn,
                self.elements_folded,
                self.relations_drawn,
                self.relations_folded,
                self.elements_outside,
                self.relations_outside,
                self.endless,
            )
        )

    def text(self) -> str:
        """Return the numbers as one line."""
        parts = [
            f"{counted(self.records, 'record')}: {counted(self.elements_drawn, 'element')} and "
            f"{counted(self.relations_drawn, 'relation')} drawn one by one"
        ]
        if self.elements_folded or self.relations_folded:
            into = f" in {counted(self.folds, 'fold')}" if self.folds else ""
            parts.append(
                f"{counted(self.elements_folded, 'element')} and "
                f"{counted(self.relations_folded, 'relation')} counted{into}"
            )
        if self.elements_outside or self.relations_outside:
            parts.append(
                f"{counted(self.elements_outside, 'element')} and "
                f"{counted(self.relations_outside, 'relation')} left out by the selection"
            )
        if self.endless:
            parts.append(f"{counted(self.endless, 'relation')} without any end not drawn")
        return "; ".join(parts)


@dataclass(frozen=True)
class Picture:
    """Groups in the order of the document, arrows between them, and what is to be said about both.

    Attributes:
        detail: the level asked for.
        groups: the nodes of the picture.
        arrows: the arrows, by relation, effect and cause.
        tally: the number of records drawn, counted and left out.
        selection: what `--focus` or `--lineage` chose, in words, or nothing.
        reduced: whether the level's own rule left too much to read, so that more was folded.
        marked: position of the group of the one thing that was selected by name, or None.
    """

    detail: Detail
    groups: Sequence[Group]
    arrows: Sequence[Arrow]
    tally: Tally
    selection: str = ""
    reduced: bool = False
    marked: int | None = None

    @property
    def caption(self) -> str:
        """Return the line under the picture."""
        text = f"{self.detail}{f' of {self.selection}' if self.selection else ''}, {self.tally.text()}"
        if self.reduced:
            text += "; more is folded than this level does by itself, to keep it readable"
        return text


def is_part_of(arrow: Arrow) -> bool:
    """Return whether an arrow says that an activity is part of another, which is no relation of PROV."""
    return arrow.relation == PART_OF


def tally_of(groups: Sequence[Group], arrows: Sequence[Arrow], whole: Graph) -> Tally:
    """Count the records of a picture.

    Args:
        groups: its groups, which may leave out nodes of the document.
        arrows: its arrows.
        whole: the document.
    """
    single = [len(group.members) == 1 for group in groups]
    drawn = sum(group.records for group, one in zip(groups, single, strict=True) if one)
    folded = sum(group.records for group, one in zip(groups, single, strict=True) if not one)
    relations_drawn = 0
    relations_folded = sum(group.inner for group in groups)
    for arrow in arrows:
        if arrow.records == 1 and arrow.lines == 1 and single[arrow.effect] and single[arrow.cause]:
            relations_drawn += 1
        else:
            relations_folded += arrow.records
    return Tally(
        elements_drawn=drawn,
        elements_folded=folded,
        relations_drawn=relations_drawn,
        relations_folded=relations_folded,
        elements_outside=whole.elements - drawn - folded,
        relations_outside=whole.relations - relations_drawn - relations_folded,
        endless=whole.endless,
        folds=sum(not one for one in single),
    )


def arrow_label(arrow: Arrow) -> str:
    """Return the relation, with the number of arrows that this one stands for if they are several."""
    return arrow.relation if arrow.lines == 1 else f"{arrow.relation} × {arrow.lines:,}"
