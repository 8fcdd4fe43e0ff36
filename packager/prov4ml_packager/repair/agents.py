"""Repairs of who did it: persons with a type, and the program that acted for them."""

from .model import Document, Element, Ledger, Relation, first_text
from .own_run import find_run, types_of

_AGENT_TYPES = frozenset({"Person", "SoftwareAgent", "Organization"})
LOGGER = "yProv4ML"


def describe_agents(document: Document, ledger: Ledger) -> None:
    """Type the agents of a run and name the tracker that recorded it; a login name is an agent's only."""
    run = find_run(document)
    agents = document.elements["agent"]
    for name, element in agents.items():
        if not types_of(element.attributes) & _AGENT_TYPES:
            element.attributes.setdefault("prov:type", []).append(
                {"$": "prov:Person", "type": "prov:QUALIFIED_NAME"}
            )
            element.attributes.setdefault("prov:label", [name])
            ledger.note("agent", "an agent without a type is a person", name)
    if run.activity is None or not _is_tracked(document):
        return
    _move_login(document, run.activity, ledger)
    if any("SoftwareAgent" in types_of(one.attributes) for one in agents.values()) or LOGGER in agents:
        return
    persons = list(agents)
    agents[LOGGER] = Element(
        "agent",
        LOGGER,
        [
            {
                "prov:type": [{"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"}],
                "prov:label": [LOGGER],
            }
        ],
    )
    _associate(document, run.activity.name, LOGGER)
    for person in persons:
        document.relations.append(
            Relation(
                "actedOnBehalfOf",
                None,
                {"prov:delegate": LOGGER, "prov:responsible": person, "prov:activity": run.activity.name},
            )
        )
    ledger.note("agent", "the program that recorded the run is an agent", LOGGER)


def _is_tracked(document: Document) -> bool:
    attributes = find_run(document).attributes
    return first_text(attributes, "experiment_name", "run_id", "provenance_path") is not None


def _associate(document: Document, activity: str, agent: str) -> None:
    document.relations.append(
        Relation("wasAssociatedWith", None, {"prov:activity": activity, "prov:agent": agent})
    )


def _move_login(document: Document, activity: Element, ledger: Ledger) -> None:
    agents = document.elements["agent"]
    for element in (*document.elements["entity"].values(), activity):
        for key in [one for one in element.attributes if one.endswith(":user_id")]:
            login = str(element.attributes[key][0])
            if login not in agents:
                agents[login] = Element(
                    "agent",
                    login,
                    [
                        {
                            "prov:type": [{"$": "prov:Person", "type": "prov:QUALIFIED_NAME"}],
                            "prov:label": [login],
                        }
                    ],
                )
                _associate(document, activity.name, login)
            del element.attributes[key]
            ledger.note(
                "login-name", "a login name is an agent and no attribute of something else", element.name
            )
