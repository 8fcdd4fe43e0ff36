"""The events of an instance and their order: inferences 5–14, constraints 30–49 (PROV-CONSTRAINTS).

An order between all starts and all usages of an activity would need a step for each pair. By 31, 32, 39 and
40 the events of one class precede each other both ways, so a ring through the class and one of its events,
the first, stand for them all: the steps grow with the document and not with its square, and the order is the
same.
"""

from typing import NamedTuple

from .ruleset import Ruleset
from .statements import Instance, Statement
from .terms import PLACEHOLDER
from .typing_rules import Types
from .unification import Unification

Steps = dict[str, tuple[list[int], list[int]]]
"""By ordering, the earlier events and, at the same places, the later ones."""


class Event(NamedTuple):
    """One event: what happens, the statement of it, the object that it is about, and the term of its time.

    `what` is generation, usage, invalidation, start or end; `inferred` is the number of the inference it
    comes from, 0 for one that is written.
    """

    what: str
    statement: Statement
    subject: int
    other: int
    time: int
    inferred: int = 0


class Events:
    """The events of one instance in normal form, and the steps between them.

    Attributes:
        events: all events; a step names them by their position.
        steps: what the ordering constraints say of them.
    """

    def __init__(self, instance: Instance, unification: Unification, types: Types, ruleset: Ruleset) -> None:
        self.events: list[Event] = []
        self.steps: Steps = {ordering.name: ([], []) for ordering in ruleset.orderings}
        self._instance = instance
        self._statements = instance.statements
        self._ruleset = ruleset
        self._uses: dict[int, int] = {}
        self._generations_by_id: dict[int, int] = {}
        # Of each class of events the first, by the term of the entity or activity; and the rest of the ring.
        self._generation: dict[int, int] = {}
        self._invalidation: dict[int, int] = {}
        self._start: dict[int, int] = {}
        self._end: dict[int, int] = {}
        self._last: dict[tuple[str, int], int] = {}
        self._generated_by: list[tuple[int, int, int]] = []
        self._triggered: dict[str, list[tuple[int, int]]] = {"c43": [], "c44": []}
        self._stand_ins: dict[tuple[str, int], int] = {}
        self._read()
        self._infer(unification, types)
        self._close_rings()
        self._order_activities()
        self._order_entities()
        self._order_influences()

    # Events

    def _add(
        self, what: str, statement: Statement, subject: int, other: int, time: int, inferred: int = 0
    ) -> int:
        self.events.append(Event(what, statement, subject, other, time, inferred))
        return len(self.events) - 1

    def _in_ring(self, first: dict[int, int], step: str, subject: int, event: int) -> None:
        leader = first.setdefault(subject, event)
        if leader != event:
            self._step(step, self._last.get((step, subject), leader), event)
            self._last[step, subject] = event

    def _close_rings(self) -> None:
        first = {"c31": self._start, "c32": self._end, "c39": self._generation, "c40": self._invalidation}
        for (step, subject), event in self._last.items():
            self._step(step, event, first[step][subject])

    def _step(self, name: str, before: int, after: int) -> None:
        pair = self.steps.get(name)
        if pair is not None:
            pair[0].append(before)
            pair[1].append(after)

    def _read(self) -> None:
        """Make one event of all statements with one identifier; they are equal by now, or in conflict."""
        for statement in self._statements["wasGeneratedBy"]:
            if statement.id not in self._generations_by_id:
                entity, activity, time = statement.args
                event = self._generate(statement, entity, activity, time, statement.inferred)
                self._generations_by_id[statement.id] = event
        for statement in self._statements["used"]:
            if statement.id not in self._uses:
                activity, entity, time = statement.args
                self._uses[statement.id] = self._add(
                    "usage", statement, entity, activity, time, statement.inferred
                )
        seen: set[int] = set()
        for statement in self._statements["wasInvalidatedBy"]:
            if statement.id not in seen:
                seen.add(statement.id)
                self._invalidate(statement, *statement.args)
        for kind, what, first, step, trigger_order in (
            ("wasStartedBy", "start", self._start, "c31", "c43"),
            ("wasEndedBy", "end", self._end, "c32", "c44"),
        ):
            seen = set()
            for statement in self._statements[kind]:
                if statement.id not in seen:
                    seen.add(statement.id)
                    activity, trigger, _, time = statement.args
                    event = self._add(what, statement, activity, trigger, time)
                    self._in_ring(first, step, activity, event)
                    self._triggered[trigger_order].append((event, trigger))

    def _generate(
        self, statement: Statement, entity: int, activity: int, time: int, inferred: int = 0
    ) -> int:
        event = self._add("generation", statement, entity, activity, time, inferred)
        self._in_ring(self._generation, "c39", entity, event)
        self._generated_by.append((entity, activity, event))
        return event

    def _invalidate(
        self, statement: Statement, entity: int, activity: int, time: int, inferred: int = 0
    ) -> None:
        event = self._add("invalidation", statement, entity, activity, time, inferred)
        self._in_ring(self._invalidation, "c40", entity, event)

    def _infer(self, unification: Unification, types: Types) -> None:
        """Add the events that have to be there: inferences 5, 9, 10, 13, and last 7 and 8."""
        ruleset, new = self._ruleset, self._instance.terms.variable
        if "i5" in ruleset:
            for statement in self._statements["wasInformedBy"]:
                informed, informant = statement.args
                entity = new()
                self._generate(statement, entity, informant, new(), 5)
                self._uses[new()] = self._add("usage", statement, entity, informed, new(), 5)
        for rule, kind, inference in (("i9", "wasStartedBy", 9), ("i10", "wasEndedBy", 10)):
            if rule in ruleset:
                self._infer_triggers(kind, inference)
        if "i13" in ruleset:
            for statement in self._statements["wasAttributedTo"]:
                if statement.args[0] not in self._generation:
                    self._generate(statement, statement.args[0], new(), new(), 13)
        if "i7" in ruleset:
            for entity, statement in types.described.items():
                if entity not in self._generation:
                    self._generate(statement, entity, new(), new(), 7)
                if entity not in self._invalidation:
                    self._invalidate(statement, entity, new(), new(), 7)
        if "i8" in ruleset:
            for activity, statement in unification.activities.items():
                start, end = statement.args
                if activity not in self._start:
                    self._start[activity] = self._add("start", statement, activity, new(), start, 8)
                if activity not in self._end:
                    self._end[activity] = self._add("end", statement, activity, new(), end, 8)

    def _infer_triggers(self, kind: str, inference: int) -> None:
        """What starts or ends an activity was generated by its starter or ender."""
        label, new = self._instance.terms.label, self._instance.terms.variable
        generated = {(entity, activity) for entity, activity, _ in self._generated_by}
        for statement in self._statements[kind]:
            _, trigger, starter, _ = statement.args
            if label[starter] is None:  # any generation will do, and nobody sees one of a nameless trigger
                known = label[trigger] is None or trigger in self._generation
            else:  # the starter starts before it, also where the trigger has no name
                known = (trigger, starter) in generated
            if not known:
                generated.add((trigger, starter))
                self._generate(statement, trigger, starter, new(), inference)

    # Order

    def _order_activities(self) -> None:
        start, end, step = self._start, self._end, self._step
        for activity, event in start.items():
            if activity in end:
                step("c30", event, end[activity])
        for usage in self._uses.values():
            activity = self.events[usage].other
            if activity in start:
                step("c33.1", start[activity], usage)
            if activity in end:
                step("c33.2", usage, end[activity])
        for _, activity, generation in self._generated_by:
            if activity in start:
                step("c34.1", start[activity], generation)
            if activity in end:
                step("c34.2", generation, end[activity])
        for statement in self._statements["wasInformedBy"]:
            informed, informant = statement.args
            self._between("c35", start, informant, end, informed)

    def _between(
        self, name: str, earlier: dict[int, int], one: int, later: dict[int, int], other: int
    ) -> None:
        """Add a step where both have such an event."""
        if one in earlier and other in later:
            self._step(name, earlier[one], later[other])

    def _order_entities(self) -> None:
        generation, invalidation, step = self._generation, self._invalidation, self._step
        for entity, event in generation.items():
            if entity in invalidation:
                step("c36", event, invalidation[entity])
        for usage in self._uses.values():
            entity = self.events[usage].subject
            if entity in generation:
                step("c37", generation[entity], usage)
            if entity in invalidation:
                step("c38", usage, invalidation[entity])
        for statement in self._statements["wasDerivedFrom"]:
            generated, used, activity, by_generation, by_usage = statement.args
            if activity != PLACEHOLDER:
                self._between("c41", self._uses, by_usage, self._generations_by_id, by_generation)
            self._between("c42", generation, used, generation, generated)
        for name, triggered in self._triggered.items():
            for event, trigger in triggered:
                if trigger in generation:
                    step(f"{name}.1", generation[trigger], event)
                if trigger in invalidation:
                    step(f"{name}.2", event, invalidation[trigger])
        self._order_specializations()

    def _order_specializations(self) -> None:
        """Constraints 45 and 46 on the closure of specialization (inference 19).

        An entity in the middle of a chain may have no event of its own: something that only these steps touch
        takes its place, so that the ends of the chain are ordered.
        """
        specializations = self._statements["specializationOf"]
        middle: set[int] = set()
        if "i19" in self._ruleset:
            middle = {one.args[0] for one in specializations} & {one.args[1] for one in specializations}
        for statement in specializations:
            specific, general = statement.args
            if specific == general:
                continue
            for name, what, first, earlier, later in (
                ("c45", "generation", self._generation, general, specific),
                ("c46", "invalidation", self._invalidation, specific, general),
            ):
                before, after = (
                    self._stand_in(what, statement, entity) if entity in middle else first.get(entity)
                    for entity in (earlier, later)
                )
                if before is not None and after is not None:
                    self._step(name, before, after)

    def _stand_in(self, what: str, statement: Statement, entity: int) -> int:
        event = (self._generation if what == "generation" else self._invalidation).get(entity)
        if event is None:
            event = self._stand_ins.get((what, entity))
        if event is None:
            unknown = self._instance.terms.variable()
            event = self._stand_ins[what, entity] = self._add(what, statement, entity, unknown, unknown, 19)
        return event

    def _order_influences(self) -> None:
        """Constraints 47–49; an agent may be an entity or an activity, and has the events of either."""
        generation, invalidation, start, end = self._generation, self._invalidation, self._start, self._end
        associations = [statement.args[:2] for statement in self._statements["wasAssociatedWith"]]
        for statement in self._statements["actedOnBehalfOf"]:
            delegate, responsible, activity = statement.args
            self._between("c49.1", generation, responsible, invalidation, delegate)
            self._between("c49.2", start, responsible, end, delegate)
            if "i14" in self._ruleset:
                associations += [[activity, delegate], [activity, responsible]]
        for activity, agent in associations:
            self._between("c47.1", start, activity, invalidation, agent)
            self._between("c47.2", generation, agent, end, activity)
            self._between("c47.3", start, activity, end, agent)
            self._between("c47.4", start, agent, end, activity)
        for statement in self._statements["wasAttributedTo"]:
            entity, agent = statement.args
            self._between("c48.1", generation, agent, generation, entity)
            self._between("c48.2", start, agent, generation, entity)
