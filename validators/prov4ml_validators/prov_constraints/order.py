"""What the order of events rules out: cycles with a strict step, and times that contradict it."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from .events import Event, Events
from .graph import strongly_connected
from .ruleset import Ordering, Ruleset
from .terms import Terms


class Step(NamedTuple):
    """One event before another, and the ordering constraint that says so."""

    before: Event
    after: Event
    ordering: Ordering


_Latest = tuple[datetime, int, int, int]


class EventOrder:
    """The events as a graph of strict and non-strict steps.

    The graph is built when it is asked for; without a strict step and without times nothing can be wrong.

    Args:
        events: the events and their steps.
        terms: the terms of the instance.
        ruleset: whose orderings are to be applied.
    """

    def __init__(self, events: Events, terms: Terms, ruleset: Ruleset) -> None:
        self._events = events.events
        self._terms = terms
        self._orderings = ruleset.orderings
        self._after: list[list[int]] = [[] for _ in self._events]
        self._by: list[list[int]] = [[] for _ in self._events]
        for number, ordering in enumerate(self._orderings):
            earlier, later = events.steps[ordering.name]
            if ordering.reverse:
                earlier, later = later, earlier
            for before, after in zip(earlier, later, strict=True):
                self._after[before].append(after)
                self._by[before].append(number)
        self._strict = [number for number, ordering in enumerate(self._orderings) if ordering.strict]
        self._components = strongly_connected(self._after)
        self._component_of = [0] * len(self._events)
        for number, component in enumerate(self._components):
            for node in component:
                self._component_of[node] = number

    def steps(self) -> Iterator[Step]:
        """Yield every step."""
        for before, reached in enumerate(self._after):
            for after, number in zip(reached, self._by[before], strict=True):
                yield Step(self._events[before], self._events[after], self._orderings[number])

    def strict_cycles(self) -> Iterator[list[Step]]:
        """Yield one shortest cycle with a strict step for every component that has one."""
        strict = set(self._strict)
        seen: set[int] = set()
        for before, numbers in enumerate(self._by):
            if not strict.isdisjoint(numbers):
                for after, number in zip(self._after[before], numbers, strict=True):
                    component = self._component_of[before]
                    if number in strict and component == self._component_of[after] and component not in seen:
                        seen.add(component)
                        yield self._close(before, after, number)

    def _close(self, before: int, after: int, number: int) -> list[Step]:
        """Return the step and a shortest way back."""
        came: dict[int, tuple[int, int]] = {after: (before, number)}
        waiting = [after]
        component = self._component_of[before]
        for node in waiting:
            if node == before:
                break
            for reached, by in zip(self._after[node], self._by[node], strict=True):
                if reached not in came and self._component_of[reached] == component:
                    came[reached] = (node, by)
                    waiting.append(reached)
        steps = []
        node = before
        while True:
            previous, by = came[node]
            steps.append(Step(self._events[previous], self._events[node], self._orderings[by]))
            node = previous
            if node == before:
                return steps[::-1]

    def contradicted_times(self) -> Iterator[tuple[Event, Event, tuple[str, ...], int]]:
        """Yield events that come before another one and have a later time.

        Times with a zone and times without are not compared. Of the events that one late event contradicts,
        the first in the text is yielded.

        Yields:
            The late event, the one that cannot be so early, the constraints on the way from the one to the
            other, and how many further events the late one contradicts.
        """
        moment = self._terms.moment
        find = self._terms.find
        times = [moment.get(find(event.time)) for event in self._events]
        if not any(times):
            return
        # By component: the latest time so far, its event, and the component and ordering it came by.
        latest: dict[bool, list[_Latest | None]] = {
            naive: [None] * len(self._components)
            for naive in {time.tzinfo is None for time in times if time is not None}
        }
        found: dict[int, list[int]] = {}
        component_of = self._component_of
        for number in range(len(self._components) - 1, -1, -1):
            nodes = self._components[number]
            for naive, reached in latest.items():
                best = reached[number]
                own = [(times[node], node) for node in nodes]
                for time, node in own:
                    if (
                        time is not None
                        and (time.tzinfo is None) is naive
                        and (best is None or time > best[0])
                    ):
                        best = (time, node, -1, -1)
                if best is None:
                    continue
                reached[number] = best
                latest_time, late_event = best[:2]
                for time, node in own:
                    if time is not None and (time.tzinfo is None) is naive and latest_time > time:
                        found.setdefault(late_event, []).append(node)
                for node in nodes:
                    for after, by in zip(self._after[node], self._by[node], strict=True):
                        other = component_of[after]
                        if other != number:
                            there = reached[other]
                            if there is None or latest_time > there[0]:
                                reached[other] = (latest_time, late_event, number, by)
        for late, early in found.items():
            first = min(early)
            time = times[first]
            reached = latest[time is not None and time.tzinfo is None]
            constraints = []
            number = component_of[first]
            while (best := reached[number]) is not None and best[2] != -1:
                constraints.append(self._orderings[best[3]].constraint)
                number = best[2]
            way = tuple(dict.fromkeys(reversed(constraints)))
            yield self._events[late], self._events[first], way, len(early) - 1
