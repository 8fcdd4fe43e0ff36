"""Terms: names, times and existential variables as numbers, with union-find for what is equal."""

import re
from collections.abc import Mapping
from datetime import datetime

from ..prov_json.lexical import instant
from ..prov_json.names import expand

PLACEHOLDER = 0
"""The constant `-`, which is equal to no name (PROV-CONSTRAINTS, section 5.1)."""

_FINE_FRACTION = re.compile(r"\.\d{6}(\d*[1-9])0*")


class Terms:
    """The terms of one document or bundle.

    Names with one IRI are one term, times of one value are one term (`12:00:00Z` and `13:00:00+01:00`), and
    each variable is one of its own until unification finds what it is equal to.

    Attributes:
        parent: union-find; a term that is its own parent stands for its class.
        label: how a constant is written in the document, None for a variable.
        moment: the value of a time that Python's calendar can hold.
    """

    def __init__(self, namespaces: Mapping[str | None, str]) -> None:
        self.parent = [PLACEHOLDER]
        self.label: list[str | None] = ["-"]
        self.moment: dict[int, datetime] = {}
        self.unified = False
        self._namespaces = namespaces
        self._names: dict[str, int] = {}
        self._iris: dict[str, int] = {}
        self._times: dict[str, int] = {}
        self._values: dict[object, int] = {}

    def variable(self) -> int:
        """Return a new existential variable."""
        term = len(self.parent)
        self.parent.append(term)
        self.label.append(None)
        return term

    def _constant(self, label: str) -> int:
        term = self.variable()
        self.label[term] = label
        return term

    def name(self, written: str) -> int:
        """Return the term of a qualified name."""
        term = self._names.get(written)
        if term is None:
            iri = expand(written, self._namespaces)
            term = self._iris.get(iri)
            if term is None:
                term = self._iris[iri] = self._constant(written)
            self._names[written] = term
        return term

    def time(self, written: str) -> int:
        """Return the term of a time; one that is no xsd:dateTime is equal to the same text only."""
        term = self._times.get(written)
        if term is None:
            moment = instant(written)
            fine = _FINE_FRACTION.search(written)
            # Naive and aware times never compare equal; what is finer than a microsecond is compared as text.
            key = written if moment is None else (moment, fine[1] if fine else "")
            term = self._values.get(key)
            if term is None:
                term = self._values[key] = self._constant(written)
                if moment is not None:
                    self.moment[term] = moment
            self._times[written] = term
        return term

    def find(self, term: int) -> int:
        """Return the term that stands for the class of a term."""
        parent = self.parent
        while parent[term] != term:
            parent[term] = parent[parent[term]]
            term = parent[term]
        return term

    def show(self, term: int) -> str:
        """Return a constant as the document writes it, `?` for a variable that is equal to none."""
        return self.label[self.find(term)] or "?"
