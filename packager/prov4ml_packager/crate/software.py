"""The software that ran: the program, its version, its language and the packages that it ran with."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from ..record import GitRecord, RunRecord
from ..text import escape_text
from ..wording import script_name, source_url
from .entities import Entity, language_entity, references, web_url
from .facts import RunFacts
from .options import CrateOptions

UNVERSIONED = "unversioned"
_PACKAGE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_VERSION = re.compile(r"[A-Za-z0-9.+!_-]+")


def instrument_entities(facts: RunFacts, options: CrateOptions) -> list[Entity]:
    """Return the software that ran (first), its language, and the packages that it ran with.

    Its identifier is the page of the commit, else the URL from the options, else a local one.
    """
    url = source_url(facts.run) or web_url(options.url)
    identifier = url or facts.local_id("software", "script")
    url = url or url_in_crate(facts, options, identifier)
    sentence = "The program that ran."
    return software_entities(facts.run, identifier, url, script_name(facts.run), sentence)


def url_in_crate(facts: RunFacts, options: CrateOptions, identifier: str) -> str | None:
    """Return the `url` of the script that ran where no page is known of it; None on RO-Crate 1.1.

    From RO-Crate 1.2 on software MUST have a `url` (Workflows and Scripts, "Workflow Runtime and Programming
    Language"): its copy in the crate is the place to read it, and its own `@id` where it was not logged.
    """
    if options.spec == "1.1":
        return None
    scripts = {code.script for code in facts.run.source_code if code.script is not None}
    found = (file.member.path for file in facts.payload.files if file.original in scripts)
    return next((quote(path) for path in found), identifier)


def software_entities(
    run: RunRecord, identifier: str, url: str | None, name: str, sentence: str
) -> list[Entity]:
    """Return a program that ran (first), its language, and the packages that it ran with."""
    packages = package_entities(run)
    software: Entity = {
        "@id": identifier,
        "@type": "SoftwareApplication",
        "name": name,
        "description": f"{sentence}{changed_sentence(run)}",
        "version": escape_text(commit_of(run) or UNVERSIONED),
    }
    entities = [software]
    if url is not None:
        software["url"] = url
    language = language_entity(run)
    if language is not None:
        software["programmingLanguage"] = {"@id": language["@id"]}
        entities.append(language)
    if packages:
        software["softwareRequirements"] = references([str(one["@id"]) for one in packages])
    return entities + packages


def commit_of(run: RunRecord) -> str | None:
    """Return the commit of the repository that the script came from, or None if there is none known."""
    git = _git(run)
    return git.commit if git is not None else None


def changed_sentence(run: RunRecord) -> str:
    """Return what to say of a working copy that had changes, after a blank; nothing for one that had none."""
    git = _git(run)
    is_changed = git is not None and git.dirty
    return " The working copy had changes that are not in this commit." if is_changed else ""


def _git(run: RunRecord) -> GitRecord | None:
    return next((rank.git for rank in run.ranks if rank.git is not None), None)


def common_url(runs: Sequence[RunFacts], options: CrateOptions) -> str | None:
    """Return the page of the commit that all runs ran, else the URL from the options, or None."""
    pages = {source_url(facts.run) for facts in runs}
    page = pages.pop() if len(pages) == 1 else None
    return page or web_url(options.url)


def package_entities(run: RunRecord) -> list[Entity]:
    """Return the packages that a run recorded with their versions, sorted by name."""
    versions: dict[str, str] = {}
    for rank in run.ranks:
        versions.update({name: version for name, version in rank.packages.items() if version})
    return [
        _package(name, version) for name, version in sorted(versions.items()) if _is_package(name, version)
    ]


def _is_package(name: str, version: str) -> bool:
    return _PACKAGE.fullmatch(name) is not None and _VERSION.fullmatch(version) is not None


def _package(name: str, version: str) -> Entity:
    url = f"https://pypi.org/project/{quote(name)}/{quote(version)}/"
    return {
        "@id": url,
        "@type": "SoftwareApplication",
        "name": name,
        "version": version,
        "url": url,
    }
