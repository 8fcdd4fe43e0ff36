"""Persons and institutions as they are written on a command line."""

import re
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..crate import Author, Organization

_AUTHOR = re.compile(r"\s*(?P<name>[^<>]+?)\s*(?:<\s*(?P<orcid>[^<>\s]+)\s*>)?\s*")
_ORGANIZATION = re.compile(r"\s*(?P<name>[^<>]+?)\s*(?:<\s*(?P<url>https?://[^<>\s]+)\s*>)?\s*")


def parse_author(text: str) -> "Author":
    """Return the author that `NAME` or `NAME <ORCID>` stands for.

    Raises:
        BadParameter: it has another form.
    """
    from ..crate import Author
    from ..crate.persistent_ids import orcid_number, orcid_url

    match = _AUTHOR.fullmatch(text)
    number = orcid_number(match["orcid"]) if match is not None and match["orcid"] else None
    if match is None or (match["orcid"] and number is None):
        raise click.BadParameter(f"{text!r} is no 'NAME' or 'NAME <ORCID>'", param_hint="'--author'")
    return Author(match["name"], orcid_url(number) if number is not None else None)


def parse_organization(text: str, option: str) -> "Organization":
    """Return the organization that `NAME` or `NAME <URL>` stands for.

    Raises:
        BadParameter: it has another form.
    """
    from ..crate import Organization

    match = _ORGANIZATION.fullmatch(text)
    if match is None:
        raise click.BadParameter(f"{text!r} is no 'NAME' or 'NAME <https://...>'", param_hint=f"'{option}'")
    return Organization(match["name"], match["url"])
