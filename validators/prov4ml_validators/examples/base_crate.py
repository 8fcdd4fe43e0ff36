"""A crate without findings that has every kind of entity: the run of a workflow, its steps and tests.

The examples of rules are small damages to it.
"""

from collections.abc import Iterator
from typing import Any

Entity = dict[str, Any]

RUN_PROFILES = {"1.1": ("0.5", "1.0"), "1.3": ("0.6", "1.1")}
"""The versions of Workflow Run RO-Crate and Workflow RO-Crate that extend a version of RO-Crate."""

CONTENT = b"digits\n"
"""What every file of the crate holds."""

ROOT, DESCRIPTOR = "./", "ro-crate-metadata.json"
PERSON, ORGANIZATION, CONTACT = (
    "https://orcid.org/0000-0002-1825-0097",
    "https://ror.org/0384j8v12",
    "#contact",
)
LICENSE = "https://spdx.org/licenses/MIT"
WORKFLOW, LANGUAGE = "workflow.cwl", "https://w3id.org/workflowhub/workflow-ro-crate#cwl"
TOOL, ENGINE = "https://example.org/tool", "https://example.org/engine"
SCRIPT, DATA, PREPARED, MODEL = "train.py", "data.csv", "prepared.csv", "model.bin"
STORE, README = "store/", "README.md"
WEB_FILE, WEB_DIRECTORY = "https://example.org/test-set.csv", "https://example.org/images/"
OTHER_CRATE = "https://example.org/other/"
COMPLETED, FAILED = (f"http://schema.org/{name}ActionStatus" for name in ("Completed", "Failed"))
BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
PRONOM = "https://www.nationalarchives.gov.uk/PRONOM/x-fmt/18"
_RUN = "https://w3id.org/ro/terms/workflow-run#"
_TEST = "https://w3id.org/ro/terms/test"


def to(*identifiers: str) -> Any:
    """Return references to entities: one, or an array of several."""
    found = [{"@id": one} for one in identifiers]
    return found[0] if len(found) == 1 else found


def _entity(identifier: str, kind: str | list[str], name: str, **more: Any) -> Entity:
    return {"@id": identifier, "@type": kind, "name": name, **more}


def _file(
    identifier: str, name: str, kind: str | list[str] = "File", form: Any = "text/csv", **more: Any
) -> Entity:
    return _entity(
        identifier, kind, name, description=f"{name}, in full", contentSize=str(len(CONTENT)),
        encodingFormat=form, **more,
    )  # fmt: skip


def _own_type(name: str, version: str) -> str | list[str]:
    """Return a type of a profile, with one of schema.org beside it where RO-Crate asks for that."""
    return name if version == "1.1" else [name, "Thing"]


def profile_uris(version: str) -> list[str]:
    """Return the permalinks of the profiles that the crate conforms to in a version of RO-Crate."""
    if version not in RUN_PROFILES:
        return []
    run, main = RUN_PROFILES[version]
    found = [f"https://w3id.org/ro/wfrun/{kind}/{run}" for kind in ("process", "workflow", "provenance")]
    found.append(f"https://w3id.org/workflowhub/workflow-ro-crate/{main}")
    return [*found, "https://w3id.org/ro/wftest/0.1"] if version == "1.1" else found


def base_crate(version: str) -> dict[str, Any]:
    """Return the metadata of the crate for a version of RO-Crate, with the profiles that extend it.

    The files that it describes all hold `CONTENT`. RO-Crate 1.2 has no profiles of runs, and only 1.1 has one
    of tests.
    """
    context = [
        f"https://w3id.org/ro/crate/{version}/context",
        "https://w3id.org/ro/terms/workflow-run/context",
    ]
    local = {"buildInstructions": "https://codemeta.github.io/terms/buildInstructions"}
    graph = [*_frame(version), *_context(), *_files(version), *_plan(version), *_run(version)]
    if version == "1.1":
        return {"@context": [*context, f"{_TEST}/context", local], "@graph": [*graph, *_tests()]}
    return {"@context": context, "@graph": [*graph, *_newer()]}


def _frame(version: str) -> Iterator[Entity]:
    profiles = profile_uris(version)
    own = f"https://w3id.org/ro/crate/{version}"
    main = [one for one in profiles if "workflowhub" in one]
    conforms = to(own, *main) if version == "1.1" else to(own)
    yield {"@id": DESCRIPTOR, "@type": "CreativeWork", "about": to(ROOT), "conformsTo": conforms}
    newer = () if version == "1.1" else (WEB_DIRECTORY, OTHER_CRATE)
    tests = ("#suite", "tests.yml") if version == "1.1" else ()
    root = _entity(
        ROOT, "Dataset", "Digits, a training run", description="Metrics, model and provenance of one run",
        datePublished="2026-01-31", license=to(LICENSE), author=to(PERSON), publisher=to(ORGANIZATION),
        mainEntity=to(WORKFLOW),
        hasPart=to(WORKFLOW, SCRIPT, DATA, PREPARED, MODEL, STORE, README, "environment.yml", "diagram.svg",
                   WEB_FILE, *newer, *tests[1:]),
        mentions=to("#run", "#tool-run", "#script-run", "#organize", "#step-run", "#both", "#lab",
                    *tests[:1]),
    )  # fmt: skip
    yield {**root, "conformsTo": to(*profiles)} if profiles else root
    kind: Any = "CreativeWork" if version == "1.1" else ["CreativeWork", "Profile"]
    for one in profiles:
        yield _entity(one, kind, one.partition("w3id.org/")[2])


def _context() -> Iterator[Entity]:
    yield _entity(PERSON, "Person", "Ada Lovelace", affiliation=to(ORGANIZATION))
    yield _entity(
        ORGANIZATION, "Organization", "Laboratory", url="https://example.org", contactPoint=to(CONTACT)
    )
    yield _entity(CONTACT, "ContactPoint", "Help desk", email="help@example.org")
    yield _entity(LICENSE, "CreativeWork", "MIT", description="Use it, and keep the notice")
    yield _entity(
        LANGUAGE,
        "ComputerLanguage",
        "Common Workflow Language",
        url="https://www.commonwl.org/",
        version="1.2",
    )
    yield _entity("https://www.python.org/", "ComputerLanguage", "Python", url="https://www.python.org/",
                  version="3.11")  # fmt: skip
    yield _entity("#lab", "Place", "Room 12")


def _files(version: str) -> Iterator[Entity]:
    pronom_types = ["WebSite"] if version == "1.1" else ["WebPage", "Standard"]
    yield _entity(
        PRONOM, pronom_types if len(pronom_types) > 1 else pronom_types[0], "Comma-separated values"
    )
    yield _file(DATA, "Handwritten digits", form=["text/csv", to(PRONOM)], license=to(LICENSE),
                author=to(PERSON), exampleOfWork=to("#input", "#tool-input"))  # fmt: skip
    yield _file(PREPARED, "Digits, scaled", exampleOfWork=to("#script-output"))
    yield _file(MODEL, "Model", form="application/octet-stream", exampleOfWork=to("#output", "#tool-output"))
    yield _entity(
        STORE, "Dataset", "Metrics", description="One series a metric", hasPart=to("store/loss.csv")
    )
    yield _file("store/loss.csv", "Loss")
    yield _file(README, "Read me", form="text/markdown", about=to(ROOT))
    yield _file(
        "environment.yml", "Packages", form="application/yaml",
        conformsTo=to("https://docs.conda.io/environment"),
    )  # fmt: skip
    yield _entity("https://docs.conda.io/environment", "CreativeWork", "Conda environment file")
    yield _file(WEB_FILE, "Test set", sdDatePublished="2026-01-30")


def _plan(version: str) -> Iterator[Entity]:
    yield _file(
        WORKFLOW, "Training", ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
        "application/cwl", version="1.0", url="https://example.org/workflow", conformsTo=to(BIOSCHEMAS),
        programmingLanguage=to(LANGUAGE), image=to("diagram.svg"), hasPart=to(TOOL, SCRIPT),
        input=to("#input"), output=to("#output"), environment=to("#variable"), step=to("#step", "#prepare"),
        connection=to("#last"), buildInstructions=to("environment.yml"),
    )  # fmt: skip
    yield _entity(BIOSCHEMAS, "CreativeWork", "Bioschemas ComputationalWorkflow")
    yield _file("diagram.svg", "Diagram", ["File", "ImageObject"], "image/svg+xml", about=to(WORKFLOW))
    yield _file(
        SCRIPT, "Preparation", ["File", "SoftwareSourceCode"], "text/x-python", version="1.0",
        url="https://example.org/train.py", programmingLanguage=to("https://www.python.org/"),
        output=to("#script-output"),
    )  # fmt: skip
    yield _entity(TOOL, "SoftwareApplication", "Tool", url=TOOL, version="2.1", input=to("#tool-input"),
                  output=to("#tool-output"), environment=to("#variable"))  # fmt: skip
    yield _entity(ENGINE, "SoftwareApplication", "Engine", url=ENGINE, version="4.0")
    yield _entity("#prepare", "HowToStep", "Prepare", workExample=to(SCRIPT), position="1")
    yield _entity("#step", "HowToStep", "Train", workExample=to(TOOL), position="2", connection=to("#first"))
    connection = _own_type("ParameterConnection", version)
    yield _entity("#first", connection, "Data to the tool", sourceParameter=to("#script-output"),
                  targetParameter=to("#tool-input"))  # fmt: skip
    yield _entity("#last", connection, "Model of the tool", sourceParameter=to("#tool-output"),
                  targetParameter=to("#output"))  # fmt: skip
    kind = _own_type("FormalParameter", version)
    for name in ("input", "tool-input", "output", "tool-output", "script-output"):
        yield _entity(f"#{name}", kind, name, additionalType="File")
    yield _entity("#variable", kind, "THREADS", additionalType="Integer")


def _run(version: str) -> Iterator[Entity]:
    done = {"endTime": "2026-01-31T12:30:00+01:00", "agent": to(PERSON), "actionStatus": COMPLETED}
    yield _entity("#run", "CreateAction", "Run", description="cwltool workflow.cwl", instrument=to(WORKFLOW),
                  object=to(DATA), result=to(MODEL), startTime="2026-01-31T12:00:00+01:00",
                  environment=to("#threads"), **done)  # fmt: skip
    yield _entity("#tool-run", "CreateAction", "Training", description="tool data.csv", instrument=to(TOOL),
                  object=to("#both"), result=to(MODEL), containerImage=to("#image"),
                  resourceUsage=to("#usage"), **done)  # fmt: skip
    yield _entity("#script-run", "CreateAction", "Preparation", description="python train.py",
                  instrument=to(SCRIPT), object=to(DATA), result=to(PREPARED), **done)  # fmt: skip
    yield _entity("#step-run", "ControlAction", "Training step", instrument=to("#step"),
                  object=to("#tool-run"), actionStatus=COMPLETED)  # fmt: skip
    yield _entity("#organize", "OrganizeAction", "Engine run", instrument=to(ENGINE), object=to("#step-run"),
                  result=to("#run"), actionStatus=COMPLETED)  # fmt: skip
    yield _entity(
        "#both", "Collection", "Data and its description", hasPart=to(DATA, README), mainEntity=to(DATA)
    )
    yield _entity("#threads", "PropertyValue", "THREADS", value="4", exampleOfWork=to("#variable"))
    yield _entity("#usage", "PropertyValue", "Energy", propertyID="https://example.org/terms#energy",
                  unitCode="https://qudt.org/vocab/unit/J", value="1200")  # fmt: skip
    yield _entity("#image", _own_type("ContainerImage", version), "library/python", registry="docker.io",
                  additionalType=to(f"{_RUN}DockerImage"))  # fmt: skip


def _tests() -> Iterator[Entity]:
    yield _entity("#suite", "TestSuite", "Tests", mainEntity=to(WORKFLOW), instance=to("#instance"),
                  definition=to("tests.yml"))  # fmt: skip
    yield _entity("#instance", "TestInstance", "Nightly", runsOn=to(f"{_TEST}#GithubService"),
                  url="https://api.github.com",
                  resource="repos/lab/digits/actions/workflows/test.yml")  # fmt: skip
    yield _entity(f"{_TEST}#GithubService", "TestService", "GitHub")
    yield _file("tests.yml", "Test definition", ["File", "TestDefinition"], "application/yaml",
                conformsTo=to(f"{_TEST}#PlanemoEngine"), engineVersion="0.75")  # fmt: skip
    yield _entity(f"{_TEST}#PlanemoEngine", "SoftwareApplication", "Planemo",
                  url="https://planemo.readthedocs.io", version="0.75")  # fmt: skip


def _newer() -> Iterator[Entity]:
    yield _entity(WEB_DIRECTORY, "Dataset", "Images", description="All images",
                  distribution=to("https://example.org/images.zip"), hasPart=to(WEB_FILE))  # fmt: skip
    yield _entity("https://example.org/images.zip", "DataDownload", "Archive of the images",
                  encodingFormat="application/zip")  # fmt: skip
    yield _entity(OTHER_CRATE, "Dataset", "Another crate", description="An earlier run",
                  conformsTo=to("https://w3id.org/ro/crate"), sdDatePublished="2026-01-30",
                  distribution=to("https://example.org/other.zip"),
                  subjectOf=to(f"{OTHER_CRATE}ro-crate-metadata.json"))  # fmt: skip
    yield _entity("https://example.org/other.zip", "DataDownload", "Archive of the other crate",
                  encodingFormat="application/zip")  # fmt: skip
    yield _entity(f"{OTHER_CRATE}ro-crate-metadata.json", "CreativeWork", "Metadata of the other crate",
                  encodingFormat="application/ld+json")  # fmt: skip
