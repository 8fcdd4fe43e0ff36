"""Examples of the rules of RO-Crate, 1.1 to 1.3: `ro-crate-<version>/...`."""

from .base_crate import (
    CONTACT,
    DATA,
    DESCRIPTOR,
    LANGUAGE,
    LICENSE,
    MODEL,
    ORGANIZATION,
    OTHER_CRATE,
    PERSON,
    PREPARED,
    PRONOM,
    README,
    ROOT,
    SCRIPT,
    STORE,
    TOOL,
    WEB_DIRECTORY,
    WEB_FILE,
    WORKFLOW,
    to,
)
from .damage import Example, at, extra, lacks, more
from .optional import MAY_RO_CRATE

_CRATE = "https://w3id.org/ro/crate/{version}"
_LOCAL = (
    WORKFLOW,
    SCRIPT,
    DATA,
    PREPARED,
    MODEL,
    STORE,
    README,
    "store/loss.csv",
    "environment.yml",
    "diagram.svg",
)
_DETACHED = {
    "@id": "https://example.org/digits/",
    "@type": "Dataset",
    "name": "Digits",
    "hasPart": to("https://example.org/data.csv"),
}


def _part(identifier: str, wrong: dict[str, object], right: dict[str, object]) -> Example:
    """Return an example with one more file or directory among the parts of the root."""
    parts = {"hasPart": more(identifier)}
    return Example({identifier: wrong, ROOT: parts}, {identifier: {**wrong, **right}, ROOT: parts})


def _named(wrong: str, right: str) -> Example:
    """Return an example in which a part of the root has a wrong and a right identifier."""
    file = {"@type": "File", "name": "Set"}
    return Example(
        {wrong: file, ROOT: {"hasPart": more(wrong)}},
        {right: file, ROOT: {"hasPart": more(right)}},
        shown=(wrong, right),
    )


def _renamed(identifier: str, wrong: str, right: str | None = None) -> Example:
    return at(identifier, {"@id": wrong}, {"@id": right} if right else None)


def _funder(**funder: object) -> Example:
    body = {"@type": "Organization", "name": "Fund"}
    link = {"funder": to("#fund")}
    return Example({"#fund": body, ROOT: link}, {"#fund": {**body, **funder}, ROOT: link})


def _identifier(wrong: dict[str, object]) -> Example:
    right = {"@type": "PropertyValue", "name": "DOI", "value": "https://doi.org/10.1234/5"}
    link = {"identifier": to("#doi")}
    return Example({"#doi": {**right, **wrong}, ROOT: link}, {"#doi": right, ROOT: link})


RO_CRATE: dict[str, Example] = {
    # The document
    "json-ld-document": Example(wrong_top={"@graph": {}}, right_top={"@graph": []}),
    "context": Example(wrong_top={"@context": None}, right_top={"@context": f"{_CRATE}/context"}),
    "context-exists": Example(
        wrong_top={"@context": "https://w3id.org/ro/crate/9.9/context"},
        right_top={"@context": f"{_CRATE}/context"},
    ),
    "context-reference": Example(
        wrong_top={"@context": {"name": "http://schema.org/name"}},
        right_top={"@context": f"{_CRATE}/context"},
    ),
    "flattened": at(DATA, {"author": {"@type": "Person", "name": "Ada Lovelace"}}, {"author": to(PERSON)}),
    "entity-id": at(CONTACT, {"@id": None}),
    "entity-type": lacks(DATA, "@type"),
    "entity-reference": at(DATA, {"author": PERSON}, {"author": to(PERSON)}),
    "unknown-term": at(SCRIPT, {"learningRate": 0.1}, {"description": "trains with a learning rate of 0.1"}),
    "unknown-type": at(DATA, {"@type": ["File", "Digits"]}, {"@type": ["File", "Dataset"]}),
    "single-value": at(DATA, {"author": [to(PERSON)]}, {"author": to(PERSON)}),
    "subject-keywords": at(DATA, {"keyword": "digits"}, {"keywords": "digits"}),
    # Descriptor and root
    "descriptor": Example({DESCRIPTOR: None}),
    "descriptor-id": _renamed(DESCRIPTOR, "https://example.org/ro-crate-metadata.json"),
    "descriptor-type": at(DESCRIPTOR, {"@type": "File"}),
    "descriptor-about": lacks(DESCRIPTOR, "about"),
    "descriptor-conforms-to": at(
        DESCRIPTOR, {"conformsTo": to("https://example.org/my-profile")}, {"conformsTo": to(_CRATE)}
    ),
    "descriptor-conforms-to-one": at(
        DESCRIPTOR, {"conformsTo": to(_CRATE, "https://example.org/my-profile")}, {"conformsTo": to(_CRATE)}
    ),
    "descriptor-conforms-to-permalink": at(
        DESCRIPTOR, {"conformsTo": to(f"{_CRATE}/")}, {"conformsTo": to(_CRATE)}
    ),
    "descriptor-conforms-to-reference": at(DESCRIPTOR, {"conformsTo": _CRATE}, {"conformsTo": to(_CRATE)}),
    "root": Example({ROOT: None}),
    "root-type": at(ROOT, {"@type": "CreativeWork"}),
    "root-id": Example({ROOT: {"@id": "digits/"}, DESCRIPTOR: {"about": to("digits/")}}, {}, shown=(ROOT,)),
    "root-id-slash": Example(
        {ROOT: {"@id": "digits"}, DESCRIPTOR: {"about": to("digits")}}, {}, shown=(ROOT,)
    ),
    "root-name": lacks(ROOT, "name"),
    "root-description": lacks(ROOT, "description"),
    "root-license": lacks(ROOT, "license"),
    "root-license-entity": at(ROOT, {"license": "MIT"}),
    "root-date-published": at(ROOT, {"datePublished": "yesterday"}),
    "root-date-precision": at(ROOT, {"datePublished": "2026"}),
    "root-author": lacks(ROOT, "author"),
    "root-publisher": lacks(ROOT, "publisher"),
    "root-publisher-type": at(ROOT, {"publisher": to(LICENSE)}),
    "root-publisher-organization": at(ROOT, {"publisher": to(PERSON)}),
    "root-has-part": at(ROOT, {"hasPart": [DATA]}),
    "root-cite-as": Example(
        {_DETACHED["@id"]: _DETACHED, DESCRIPTOR: {"about": to(_DETACHED["@id"])}, ROOT: None},
        {
            _DETACHED["@id"]: {**_DETACHED, "cite-as": to(_DETACHED["@id"])},
            DESCRIPTOR: {"about": to(_DETACHED["@id"])},
            ROOT: None,
        },
    ),
    "root-identifier": Example(
        {
            ROOT: {"@id": "https://example.org/digits/"},
            DESCRIPTOR: {"about": to("https://example.org/digits/")},
        },
        {},
    ),
    "root-identifier-form": at(ROOT, {"identifier": to(LICENSE)}, {"identifier": None}),
    "root-identifier-value": _identifier({"value": None}),
    "root-conforms-to-profile": Example(
        {
            "https://example.org/profile": {"@type": "CreativeWork", "name": "Profile"},
            ROOT: {"conformsTo": to("https://example.org/profile")},
        },
        {
            "https://example.org/profile": {"@type": ["CreativeWork", "Profile"], "name": "Profile"},
            ROOT: {"conformsTo": to("https://example.org/profile")},
        },
    ),
    "root-profiles-declared": Example(
        {
            "https://example.org/profile": {"@type": ["CreativeWork", "Profile"], "name": "Profile"},
            ROOT: {"conformsTo": None},
        },
        {
            "https://example.org/profile": {"@type": ["CreativeWork", "Profile"], "name": "Profile"},
            ROOT: {"conformsTo": to("https://example.org/profile")},
        },
    ),
    "root-versionless-profile": at(
        ROOT, {"conformsTo": to("https://w3id.org/ro/crate")}, {"conformsTo": None}
    ),
    "root-contact": Example({ORGANIZATION: {"contactPoint": None}}, {}),
    "root-funder": at(ROOT, {"funder": to(PERSON)}, {"funder": to(ORGANIZATION)}),
    "root-funder-named": Example(
        {"#project": {"@type": "Project", "name": "Digits"}, ROOT: {"funder": None}},
        {"#project": {"@type": "Project", "name": "Digits"}, ROOT: {"funder": to(ORGANIZATION)}},
    ),
    "project-funder": _funder(funder=to(ORGANIZATION)),
    # Files and directories
    "data-entity-linked": Example(
        {"notes.txt": {"@type": "File", "name": "Notes"}},
        {
            "notes.txt": {"@type": "File", "name": "Notes"},
            ROOT: {"hasPart": more("notes.txt")},
        },
    ),
    "data-entity-id": _named("data set.csv", "data%20set.csv"),
    "data-entity-file-uri": _named("file:///home/ada/set.csv", "set.csv"),
    "data-entity-name": lacks(DATA, "name"),
    "data-entity-description": lacks(DATA, "description"),
    "data-entity-license": at(DATA, {"license": "MIT"}),
    "data-entity-author": at(DATA, {"author": "Ada Lovelace"}, {"author": to(PERSON)}),
    "detached-data-entity": Example(
        {
            "data.csv": {"@type": "File", "name": "Set"},
            DESCRIPTOR: {"about": to(_DETACHED["@id"])},
            ROOT: None,
            _DETACHED["@id"]: {**_DETACHED, "hasPart": to("data.csv")},
        },
        dict.fromkeys((*_LOCAL, ROOT))
        | {
            _DETACHED["@id"]: _DETACHED,
            DESCRIPTOR: {"about": to(_DETACHED["@id"])},
            "https://example.org/data.csv": {"@type": "File", "name": "Set"},
        },
        shown=(_DETACHED["@id"],),
    ),
    "detached-metadata-name": Example(
        files={"name of the file": ("ro-crate-metadata.json", "digits-ro-crate-metadata.json")}
    ),
    "directory-slash": _part("images", {"@type": "Dataset", "name": "Images"}, {"@id": "images/"}),
    "directory-has-part": lacks(STORE, "hasPart"),
    "file-content-size": at(DATA, {"contentSize": 7}),
    "file-encoding-format": at(DATA, {"encodingFormat": "CSV"}, {"encodingFormat": "text/csv"}),
    "file-conforms-to": at(
        DATA, {"conformsTo": "CSV"}, {"conformsTo": to("https://docs.conda.io/environment")}
    ),
    "file-local-path": _part(
        "#predictions", {"@type": "File", "name": "Predictions"}, {"localPath": "predictions.csv"}
    ),
    "web-data-content-size": lacks(WEB_FILE, "contentSize"),
    "web-data-date": lacks(WEB_FILE, "sdDatePublished"),
    "web-directory-distribution": lacks(WEB_DIRECTORY, "distribution"),
    "referenced-crate-profile": at(OTHER_CRATE, {"conformsTo": to("https://w3id.org/ro/crate/1.1")}),
    "referenced-crate-subject-of": lacks(OTHER_CRATE, "subjectOf"),
    "referenced-crate-date": lacks(OTHER_CRATE, "sdDatePublished"),
    "referenced-descriptor-format": lacks(f"{OTHER_CRATE}{DESCRIPTOR}", "encodingFormat"),
    "referenced-descriptor-conforms-to": at(
        f"{OTHER_CRATE}{DESCRIPTOR}", {"conformsTo": to("https://w3id.org/ro/crate/1.1")}
    ),
    "referenced-descriptor-about": at(f"{OTHER_CRATE}{DESCRIPTOR}", {"about": to(OTHER_CRATE)}),
    "preview-html": Example(
        files={"ro-crate-preview.html": ("<p>Digits</p>", "<!DOCTYPE html>\n<title>Digits</title>")}
    ),
    "preview-part": at(
        ROOT,
        {"hasPart": more("ro-crate-preview.html")},
    ),
    # Scripts, workflows, software
    "script-file": at(SCRIPT, {"@type": "SoftwareSourceCode"}),
    "script-name": lacks(SCRIPT, "name"),
    "script-language": lacks(SCRIPT, "programmingLanguage"),
    "script-language-entity": at(SCRIPT, {"programmingLanguage": "Python"}),
    "workflow-file": at(WORKFLOW, {"@type": ["SoftwareSourceCode", "ComputationalWorkflow"]}),
    "workflow-source-code": at(WORKFLOW, {"@type": ["File", "ComputationalWorkflow"]}),
    "workflow-conforms-to": lacks(WORKFLOW, "conformsTo"),
    "workflow-profile": at(WORKFLOW, {"conformsTo": to("https://example.org/my-profile")}),
    "software-name": lacks(TOOL, "name"),
    "software-url": lacks(TOOL, "url"),
    "software-version": lacks(LANGUAGE, "version"),
    "image-about": lacks("diagram.svg", "about"),
    "image-format": lacks("diagram.svg", "encodingFormat"),
    # What gives files their context
    "author-name": lacks(PERSON, "name"),
    "author-affiliation": lacks(PERSON, "affiliation"),
    "author-affiliation-entity": at(PERSON, {"affiliation": "Laboratory"}),
    "person-affiliation": at(PERSON, {"affiliation": "Laboratory"}),
    "person-contact": at(PERSON, {"contactPoint": "help@example.org"}, {"contactPoint": to(CONTACT)}),
    "person-orcid": _renamed(PERSON, "#ada"),
    "organization-name": lacks(ORGANIZATION, "name"),
    "organization-url": lacks(ORGANIZATION, "url"),
    "organization-contact": lacks(ORGANIZATION, "contactPoint"),
    "organization-ror": _renamed(ORGANIZATION, "#laboratory"),
    "license-name": lacks(LICENSE, "name"),
    "license-description": lacks(LICENSE, "description"),
    "license-type": at(LICENSE, {"@type": "WebPage"}),
    "license-described": Example({LICENSE: None}),
    "license-url": Example(
        {
            "LICENSE": {"@type": "CreativeWork", "name": "MIT", "description": "As MIT"},
            ROOT: {"license": to("LICENSE")},
        },
        {LICENSE: {"@type": "CreativeWork"}, ROOT: {"license": to(LICENSE)}},
    ),
    "citation-id": at(ROOT, {"citation": to("paper.pdf")}, {"citation": to("https://doi.org/10.1234/5")}),
    "contextual-entity-described": at(DATA, {"contributor": to("#grace")}, {"contributor": to(PERSON)}),
    "contextual-entity-id": _renamed(CONTACT, "contact"),
    "contextual-entity-name": lacks(CONTACT, "name"),
    "contextual-entity-referenced": Example(
        {"#grace": {"@type": "Person", "name": "Grace"}, DATA: {"contributor": None}},
        {"#grace": {"@type": "Person", "name": "Grace"}, DATA: {"contributor": to("#grace")}},
    ),
    "encoding-format-type": at(PRONOM, {"@type": "CreativeWork"}),
    "website-name": extra("https://example.org/csv", {"@type": "WebSite"}, {"name": "CSV"}),
    "place-geometry": at("#lab", {"geo": "12, 48"}, {"geo": None}),
    "geometry-text": extra(
        "_:point",
        {"@type": "Geometry"},
        {"asWKT": "POINT (12 48)"},
        geo="#lab",
    ),
    "thumbnail": at(DATA, {"thumbnail": to(LICENSE)}, {"thumbnail": to("diagram.svg")}),
    "unique-id": Example({CONTACT: {"email": "help@example.org"}}, again=True),
    "entity-id-parent": _named("../raw.csv", "https://example.org/raw.csv"),
    "entity-id-unicode": _renamed("#lab", "#b%C3%BCro", "#büro"),
    "entity-schema-org-type": at("#lab", {"@type": "FormalParameter"}),
    "schema-org-type": at("#lab", {"@type": "https://schema.org/Place"}),
    "schema-org-id": at(
        DATA, {"about": to("https://schema.org/Number")}, {"about": to("http://schema.org/Number")}
    ),
    **MAY_RO_CRATE,
}
"""Rule name to its example; `{version}` stands for the version of RO-Crate."""
