"""Repairs of relations: activities where entities belong, relations of a thing with itself, repeated ones."""

from prov4ml_validators.prov_json.records import ARGUMENTS

from .model import Document, Element, Ledger, Relation, first_text, local_name

_STARTERS = {"wasStartedBy": "prov:starter", "wasEndedBy": "prov:ender"}
_UNIQUE = {
    "wasGeneratedBy": "prov-constraints 24",
    "wasInvalidatedBy": "prov-constraints 25",
    "wasStartedBy": "prov-constraints 26",
    "wasEndedBy": "prov-constraints 27",
}
_MAY_BE_SELF = frozenset({"alternateOf", "wasInfluencedBy"})


def correct_roles(document: Document, ledger: Ledger) -> None:
    """Put right relations that name an activity as an entity, or the reverse (PROV-CONSTRAINTS 55)."""
    kinds = _kinds(document)
    document.relations = [relation for relation in document.relations if _correct(relation, kinds, ledger)]


def _kinds(document: Document) -> dict[str, str]:
    """Return what each name is: as declared, else an activity if a relation says so, else an entity."""
    kinds: dict[str, str] = {}
    for wanted in ("activity", "entity"):
        kinds.update(dict.fromkeys(document.elements[wanted], wanted))
    for wanted in ("activity", "entity"):
        for relation in document.relations:
            for key, value in relation.arguments.items():
                if ARGUMENTS[relation.kind][key] == wanted:
                    kinds.setdefault(value, wanted)
    return kinds


def _correct(relation: Relation, kinds: dict[str, str], ledger: Ledger) -> bool:
    """Correct one relation; return whether it stays."""
    roles = ARGUMENTS[relation.kind]
    wrong = [
        key
        for key, value in relation.arguments.items()
        if roles[key] in ("entity", "activity") and kinds.get(value, roles[key]) != roles[key]
    ]
    if not wrong:
        return True
    subject = f"{relation.kind}({', '.join(relation.arguments.values())})"
    if relation.kind in _STARTERS and wrong == ["prov:trigger"]:
        trigger = relation.arguments.pop("prov:trigger")
        relation.arguments.setdefault(_STARTERS[relation.kind], trigger)
        ledger.note(
            "activity-as-trigger",
            f"an activity that is the trigger of {relation.kind} is its starter",
            subject,
        )
        return True
    if relation.kind == "used" and wrong == ["prov:entity"]:
        relation.kind = "wasInformedBy"
        relation.arguments = {
            "prov:informed": relation.arguments["prov:activity"],
            "prov:informant": relation.arguments["prov:entity"],
        }
        ledger.note("activity-as-entity", "an activity that an activity used has informed it", subject)
        return True
    if relation.kind == "wasDerivedFrom" and set(wrong) == {"prov:generatedEntity", "prov:usedEntity"}:
        relation.kind = "wasInformedBy"
        relation.arguments = {
            "prov:informed": relation.arguments["prov:generatedEntity"],
            "prov:informant": relation.arguments["prov:usedEntity"],
        }
        ledger.note("activity-as-entity", "an activity derived from an activity was informed by it", subject)
        return True
    ledger.note("wrong-role", "a relation that takes an activity for an entity is left out", subject)
    return False


def remove_self_relations(document: Document, ledger: Ledger) -> None:
    """Remove relations of a thing with itself: no collection is its own member, nothing its own origin."""
    kept = []
    for relation in document.relations:
        names = [
            relation.arguments[key] for key in list(ARGUMENTS[relation.kind])[:2] if key in relation.arguments
        ]
        if len(names) == 2 and names[0] == names[1] and relation.kind not in _MAY_BE_SELF:
            ledger.note("self-relation", f"{relation.kind} of a thing with itself is left out", names[0])
        else:
            kept.append(relation)
    document.relations = kept


def merge_repeated(document: Document, ledger: Ledger) -> None:
    """Make one of relations that say the same; of generations, starts and ends there is one a pair."""
    known: dict[tuple[object, ...], Relation] = {}
    kept = []
    for relation in document.relations:
        time = None if relation.kind in _UNIQUE else relation.time
        name = None if relation.kind in _UNIQUE else relation.name
        key = (relation.kind, name, time, *sorted(relation.arguments.items()))
        other = known.setdefault(key, relation)
        if other is relation:
            kept.append(relation)
            continue
        subject = ", ".join(relation.arguments.values())
        ledger.note(
            "repeated-relation", f"{relation.kind} that is stated several times is stated once", subject
        )
        other.time = other.time or relation.time
        other.name = other.name or relation.name
        for attribute, values in relation.attributes.items():
            own = other.attributes.setdefault(attribute, [])
            own.extend(value for value in values if value not in own)
    document.relations = kept


def part_generations(document: Document, ledger: Ledger) -> None:
    """Make one generation of each entity: what several activities generated has a part of each of them.

    The entity keeps its first generation; for every activity there is a part of it, which that activity
    generated and which is a specialization of the entity.
    """
    generations: dict[str, list[Relation]] = {}
    for relation in document.of_kind("wasGeneratedBy"):
        generations.setdefault(relation.arguments["prov:entity"], []).append(relation)
    entities = document.elements["entity"]
    for entity, several in generations.items():
        activities = list(dict.fromkeys(one.arguments.get("prov:activity") for one in several))
        if len(activities) < 2:
            continue
        ledger.note(
            "several-generations",
            "an entity that several activities generated has one part for each of them",
            entity,
        )
        document.relations.append(
            Relation(
                "wasGeneratedBy",
                None,
                dict(several[0].arguments),
                {},
                several[0].time,
            )
        )
        for relation in several:
            activity = relation.arguments.get("prov:activity")
            stage = local_name(activity) if activity else "an unknown activity"
            part = f"{entity}_{stage.replace(' ', '_')}"
            while part in entities or part in document.elements["activity"]:
                part += "_part"
            whole = entities.get(entity)
            label = (first_text(whole.attributes, "name", "label") if whole else None) or entity
            entities[part] = Element("entity", part, [{"prov:label": [f"{label} of {stage}"]}])
            relation.arguments["prov:entity"] = part
            document.relations.append(
                Relation(
                    "specializationOf", None, {"prov:specificEntity": part, "prov:generalEntity": entity}
                )
            )


def distinct_names(document: Document, ledger: Ledger) -> None:
    """Leave out identifiers of relations that something else has (PROV-CONSTRAINTS 23, 53 and 54)."""
    taken = {name for elements in document.elements.values() for name in elements}
    kept: dict[str, str] = {}
    for relation in document.relations:
        if relation.name is None:
            continue
        if relation.name in taken:
            ledger.note(
                "repeated-identifier", "a relation with the identifier of another has none", relation.name
            )
            relation.name = None
        else:
            taken.add(relation.name)
            kept[relation.name] = relation.kind
    for relation in document.of_kind("wasDerivedFrom"):
        wrong = [
            key
            for key, kind in (("prov:generation", "wasGeneratedBy"), ("prov:usage", "used"))
            if key in relation.arguments
            and (kept.get(relation.arguments[key]) != kind or "prov:activity" not in relation.arguments)
        ]
        for key in wrong:
            ledger.note(
                "derivation", f"a derivation loses a {key} that is not there", relation.arguments.pop(key)
            )
