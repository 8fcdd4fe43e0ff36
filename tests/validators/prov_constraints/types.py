"""What constraint 50 makes of the arguments of each relation; 55 can see entities and activities only."""

from prov4ml_validators.prov_constraints.check import Judged
from prov4ml_validators.prov_constraints.ruleset import ACTIVITY, AGENT, ALL, ENTITY, Ruleset

from .notation import scope_of

_LETTERS = {"E": ENTITY, "A": ACTIVITY, "G": AGENT}
TYPES_OF: list[tuple[str, dict[str, str]]] = [
    ("entity(x)", {"x": "E"}),
    ("activity(x)", {"x": "A"}),
    ("agent(x)", {"x": "G"}),
    ("entity(x) agent(x)", {"x": "EG"}),
    ("wasGeneratedBy(x, y)", {"x": "E", "y": "A"}),
    ("used(x, y)", {"x": "A", "y": "E"}),
    ("wasInformedBy(x, y)", {"x": "A", "y": "A"}),
    ("wasStartedBy(x, y, z)", {"x": "A", "y": "E", "z": "A"}),
    ("wasEndedBy(x, y, z)", {"x": "A", "y": "E", "z": "A"}),
    ("wasInvalidatedBy(x, y)", {"x": "E", "y": "A"}),
    ("wasDerivedFrom(x, y, z)", {"x": "E", "y": "E", "z": "A"}),
    ("wasAttributedTo(x, y)", {"x": "E", "y": "G"}),
    ("wasAssociatedWith(x, y, z)", {"x": "A", "y": "G", "z": "E"}),
    ("actedOnBehalfOf(x, y, z)", {"x": "G", "y": "G", "z": "A"}),
    ("alternateOf(x, y)", {"x": "E", "y": "E"}),
    ("specializationOf(x, y)", {"x": "E", "y": "E"}),
    ("hadMember(x, y)", {"x": "E", "y": "E"}),
    ("wasInfluencedBy(x, y)", {"x": "", "y": ""}),
]


def types_of(text: str, ruleset: Ruleset = ALL) -> dict[str, str]:
    """The names of a document with the letters of their types."""
    # By inference 11 a derivation's activity is that of a usage too; what 50 says of it is to be seen alone.
    judged = Judged(scope_of(text), ruleset.without("i11"))
    label = judged.terms.label
    named = {name.removeprefix("ex:"): term for term, name in enumerate(label) if name and name != "-"}
    return {
        name: "".join(letter for letter, mask in _LETTERS.items() if judged.types.of[term] & mask)
        for name, term in named.items()
    }
