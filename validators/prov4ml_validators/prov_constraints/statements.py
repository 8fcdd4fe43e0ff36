"""A document or bundle as statements over numbered terms: definitions 1–4 of PROV-CONSTRAINTS.

An argument that is left out, or written `-`, is either an existential variable or the placeholder constant,
which equals no name; which of the two depends on its position (section 5.1, definition 4 and table 3).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..prov_json.names import PROV, XSD, expand
from ..prov_json.records import Record, Scope
from .terms import PLACEHOLDER, Terms

UNKNOWN, PLACE = "unknown", "placeholder"
"""What an absent argument means: an existential variable, or the constant that equals no name."""


class Role(NamedTuple):
    """One argument of a statement: its name in PROV-JSON, what its absence means, and what it holds."""

    key: str
    absent: str = UNKNOWN
    holds: str = "name"


_TIME = Role("prov:time", holds="time")
ROLES: Mapping[str, tuple[Role, ...]] = {
    "entity": (),
    "activity": (Role("prov:startTime", holds="time"), Role("prov:endTime", holds="time")),
    "agent": (),
    "wasGeneratedBy": (Role("prov:entity"), Role("prov:activity"), _TIME),
    "used": (Role("prov:activity"), Role("prov:entity"), _TIME),
    "wasInformedBy": (Role("prov:informed"), Role("prov:informant")),
    "wasStartedBy": (Role("prov:activity"), Role("prov:trigger"), Role("prov:starter"), _TIME),
    "wasEndedBy": (Role("prov:activity"), Role("prov:trigger"), Role("prov:ender"), _TIME),
    "wasInvalidatedBy": (Role("prov:entity"), Role("prov:activity"), _TIME),
    "wasDerivedFrom": (
        Role("prov:generatedEntity"),
        Role("prov:usedEntity"),
        Role("prov:activity", PLACE),
        # Where the activity is left out, so are these two: placeholders, and else unknown.
        Role("prov:generation", PLACE, "wasGeneratedBy"),
        Role("prov:usage", PLACE, "used"),
    ),
    "wasAttributedTo": (Role("prov:entity"), Role("prov:agent")),
    "wasAssociatedWith": (Role("prov:activity"), Role("prov:agent"), Role("prov:plan", PLACE)),
    "actedOnBehalfOf": (Role("prov:delegate"), Role("prov:responsible"), Role("prov:activity")),
    "wasInfluencedBy": (Role("prov:influencee"), Role("prov:influencer")),
    "specializationOf": (Role("prov:specificEntity"), Role("prov:generalEntity")),
    "alternateOf": (Role("prov:alternate1"), Role("prov:alternate2")),
    "hadMember": (Role("prov:collection"), Role("prov:entity")),
    "mentionOf": (Role("prov:specificEntity"), Role("prov:generalEntity"), Role("prov:bundle")),
}
"""The kinds of statements that PROV-CONSTRAINTS speaks of, with their arguments in the order of PROV-DM, and
`mentionOf`, which was moved to PROV-LINKS, a Note."""

OBJECTS = frozenset({"entity", "activity", "agent"})
WITHOUT_IDENTIFIER = frozenset({"specializationOf", "alternateOf", "hadMember", "mentionOf"})
ACTIVITY, GENERATION, USAGE = 2, 3, 4
"""Arguments of a derivation."""

EMPTY_COLLECTION = f"{PROV}EmptyCollection"
_QUALIFIED_NAMES = ("prov:QUALIFIED_NAME", "xsd:QName")
_NAME_TYPES = (f"{PROV}QUALIFIED_NAME", f"{XSD}QName")


class Statement:
    """One statement: kind, identifier and arguments as terms, and the record that it was read from.

    Attributes:
        kind: the section of PROV-JSON that it is in.
        id: the term of its identifier; a variable where it has none (definition 1).
        args: one term for each role of the kind.
        record: where it is written; an inferred one has the record that it was inferred from.
        inferred: the number of the inference, 0 for what is written.
    """

    __slots__ = ("args", "id", "inferred", "kind", "record")

    def __init__(self, kind: str, id: int, args: list[int], record: Record, inferred: int = 0) -> None:
        self.kind = kind
        self.id = id
        self.args = args
        self.record = record
        self.inferred = inferred


class Instance:
    """The statements of one document or bundle.

    Attributes:
        terms: its terms.
        statements: by kind, in the order of the text.
        empty_collections: terms of entities with the type prov:EmptyCollection, and a record that says so.
    """

    def __init__(self, scope: Scope) -> None:
        self.terms = Terms(scope.namespaces)
        self.statements: dict[str, list[Statement]] = {kind: [] for kind in ROLES}
        self.empty_collections: dict[int, Record] = {}
        self._scope = scope
        self._nameless: dict[tuple[str, str], int] = {}
        for record in scope.records:
            if record.kind in ROLES:
                self._read(record)

    def _read(self, record: Record) -> None:
        kind, terms, attributes = record.kind, self.terms, record.attributes
        args = []
        members: list[Any] = []
        for role in ROLES[kind]:
            key, absent, holds = role
            value = attributes.get(key)
            if value.__class__ is str and value != "-":
                if holds == "name":
                    args.append(terms.name(value))
                    continue
            elif value.__class__ is list:
                # Several members in one record are as many statements; any other array is a wrong structure.
                values: list[Any] = value
                members = values[1:] if kind == "hadMember" else []
                value = values[0] if values else None
            elif value is None:
                args.append(PLACEHOLDER if absent is PLACE else terms.variable())
                continue
            args.append(self._argument(role, value))
        if kind == "wasDerivedFrom" and args[ACTIVITY] != PLACEHOLDER:
            for position in (GENERATION, USAGE):
                if args[position] == PLACEHOLDER:
                    args[position] = terms.variable()
        self.statements[kind].append(Statement(kind, self._identifier(record), args, record))
        for member in members:
            more = [args[0], self._argument(ROLES[kind][1], member)]
            self.statements[kind].append(Statement(kind, terms.variable(), more, record))
        if kind == "entity" and self._is_empty_collection(attributes.get("prov:type")):
            self.empty_collections.setdefault(terms.name(record.name), record)

    def _identifier(self, record: Record) -> int:
        if record.kind in OBJECTS:
            return self.terms.name(record.name)
        if record.kind in WITHOUT_IDENTIFIER:
            return self.terms.variable()
        if record.name.startswith("_:"):
            # `_:` and a name is how PROV-JSON writes no identifier; several records in an array share none.
            in_array = isinstance(self._scope.content[record.kind][record.name], list)
            return self.terms.variable() if in_array else self._no_name(record.kind, record.name)
        return self.terms.name(record.name)

    def _no_name(self, kind: str, name: str) -> int:
        term = self._nameless.get((kind, name))
        if term is None:
            term = self._nameless[kind, name] = self.terms.variable()
        return term

    def _argument(self, role: Role, value: Any) -> int:
        if isinstance(value, dict):
            value = value.get("$")
        if not isinstance(value, str) or value == "-":
            return PLACEHOLDER if role.absent is PLACE else self.terms.variable()
        if role.holds == "name":
            return self.terms.name(value)
        if role.holds == "time":
            return self.terms.time(value)
        return self._no_name(role.holds, value) if value.startswith("_:") else self.terms.name(value)

    def _is_empty_collection(self, types: Any) -> bool:
        if types is None:
            return False
        for one in types if isinstance(types, list) else [types]:
            if isinstance(one, dict) and self._is_name(one.get("type")):
                name = one.get("$")
                if isinstance(name, str) and expand(name, self._scope.namespaces) == EMPTY_COLLECTION:
                    return True
        return False

    def _is_name(self, datatype: Any) -> bool:
        """Return whether a datatype says that a literal is a qualified name, whatever its prefix."""
        if datatype in _QUALIFIED_NAMES:
            return True
        return isinstance(datatype, str) and expand(datatype, self._scope.namespaces) in _NAME_TYPES
