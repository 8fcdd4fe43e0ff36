"""People, licence and titles of a crate from `pyproject.toml`, another TOML file, or `CITATION.cff`."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from ..errors import PackagerError
from ..small_files import read_small_file
from .entities import as_list
from .options import Author, Contact, CrateOptions, Organization
from .persistent_ids import orcid_number, orcid_url, ror_number

TABLE = "tool.prov4ml.crate"
_MOST_MEBIBYTES = 1
_TEXTS = ("name", "description", "license", "url", "identifier", "compression", "spec", "profile", "secrets")
_SWITCHES = ("bag", "redact", "with_raw")
_KEYS = {*_TEXTS, *_SWITCHES, "keywords", "citation", "author", "publisher", "funder", "contact"}


def load_crate_config(path: Path | None = None, *, start: Path | None = None) -> CrateOptions:
    """Read the options of a crate; what the command line says is put over them with `dataclasses.replace`.

    Without `path`, the folder `start` and those above it are searched, the nearest first, up to one that
    holds `.git`, for a `pyproject.toml` with the table `[tool.prov4ml.crate]` and for a `CITATION.cff`.
    What the table says goes before what the citation says.

    Args:
        path: a `pyproject.toml`, any other TOML file (the table may then be the whole file), or a `.cff`.
        start: where to search; the current folder if None.

    Raises:
        PackagerError: the file cannot be read, or a value has the wrong type; the message names the key.
    """
    if path is not None:
        return _from_citation(path) if path.suffix.lower() == ".cff" else _explicit_toml(path)
    table = citation = CrateOptions()
    found_table = found_citation = False
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents):
        project, cff = folder / "pyproject.toml", folder / "CITATION.cff"
        if (
            not found_table
            and project.is_file()
            and (content := _crate_table(_read_toml(project))) is not None
        ):
            table, found_table = _from_table(content, project), True
        if not found_citation and cff.is_file():
            citation, found_citation = _from_citation(cff), True
        if (folder / ".git").exists():
            break
    return _over(citation, table)


def _over(below: CrateOptions, above: CrateOptions) -> CrateOptions:
    default = CrateOptions()
    given = {
        field.name: getattr(above, field.name)
        for field in fields(CrateOptions)
        if getattr(above, field.name) != getattr(default, field.name)
    }
    return replace(below, **given)


def _read_bytes(path: Path) -> bytes:
    return read_small_file(path, _MOST_MEBIBYTES, "configuration")


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_read_bytes(path).decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackagerError(f"is no TOML: {error}", path=path) from error


def has_crate_table(path: Path) -> bool:
    """Return whether a TOML file has the table `[tool.prov4ml.crate]`.

    Raises:
        PackagerError: it cannot be read, or is no TOML.
    """
    return _crate_table(_read_toml(path)) is not None


def _crate_table(content: Mapping[str, Any]) -> Mapping[str, Any] | None:
    value: Any = content
    for key in TABLE.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value if isinstance(value, Mapping) else None


def _explicit_toml(path: Path) -> CrateOptions:
    content = _read_toml(path)
    table = _crate_table(content)
    if table is None and path.name == "pyproject.toml":
        raise PackagerError(f"has no table [{TABLE}]", path=path)
    return _from_table(content if table is None else table, path)


def _from_table(table: Mapping[str, Any], path: Path) -> CrateOptions:
    for key in table:
        if key not in _KEYS:
            raise PackagerError(
                f"is not known; the keys are {', '.join(sorted(_KEYS))}", path=path, place=key
            )
    texts = {key: text for key in _TEXTS if (text := _text(table, key, path)) is not None}
    switches = {key: table.get(key, False) for key in _SWITCHES}
    for key, value in switches.items():
        if not isinstance(value, bool):
            raise PackagerError("must be true or false", path=path, place=key)
    authors, funders = as_list(table.get("author", [])), as_list(table.get("funder", []))
    citations = {**table, "citation": as_list(table.get("citation", []))}
    options = CrateOptions(
        **texts,  # type: ignore[arg-type]  # `check` below refuses what the literals do not allow
        **switches,
        keywords=_words(table, "keywords", path),
        citations=_words(citations, "citation", path),
        authors=tuple(_author(one, path, f"author[{index}]") for index, one in enumerate(authors)),
        publisher=_organization(table.get("publisher"), path, "publisher"),
        funders=tuple(
            found
            for index, one in enumerate(funders)
            if (found := _organization(one, path, f"funder[{index}]")) is not None
        ),
        contact=_contact(table.get("contact"), path),
    )
    return _checked(options, path)


def _checked(options: CrateOptions, path: Path, keys: Mapping[str, str] | None = None) -> CrateOptions:
    """Return options, refusing them with the file and the key that they are from; `keys` has other names."""
    try:
        options.check()
    except PackagerError as error:
        place = (keys or {}).get(error.place, error.place) if error.place is not None else None
        raise PackagerError(error.message, path=path, place=place, hint=error.hint) from error
    return options


def _text(table: Mapping[str, Any], key: str, path: Path, place: str = "") -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise PackagerError("must be a text in quotes", path=path, place=f"{place}{key}")
    return value.strip() or None if value is not None else None


def _words(table: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...]:
    words = table.get(key) or []
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise PackagerError("must be a list of texts", path=path, place=key)
    return tuple(words)


def _table(value: Any, path: Path, place: str) -> Mapping[str, Any]:
    if isinstance(value, str):
        return {"name": value}
    if not isinstance(value, Mapping):
        raise PackagerError("must be a text or a table", path=path, place=place)
    return value


def _author(value: Any, path: Path, place: str) -> Author:
    table = _table(value, path, place)
    name = _text(table, "name", path, f"{place}.")
    if name is None:
        raise PackagerError('has no name; add name = "Given Family"', path=path, place=place)
    return Author(
        name,
        _orcid(_text(table, "orcid", path, f"{place}."), path, place),
        _organization(table.get("affiliation"), path, f"{place}.affiliation"),
        _text(table, "email", path, f"{place}."),
    )


def _orcid(value: str | None, path: Path, place: str) -> str | None:
    if value is None:
        return None
    number = orcid_number(value)
    if number is None:
        raise PackagerError(f"{value!r} is no ORCID (0000-0000-0000-0000)", path=path, place=f"{place}.orcid")
    return orcid_url(number)


def _organization(value: Any, path: Path, place: str) -> Organization | None:
    if value is None:
        return None
    table = _table(value, path, place)
    name = _text(table, "name", path, f"{place}.")
    if name is None:
        raise PackagerError('has no name; add name = "…"', path=path, place=place)
    email = _text(table, "email", path, f"{place}.")
    ror = _text(table, "ror", path, f"{place}.")
    if ror is None:
        return Organization(name, _text(table, "url", path, f"{place}."), email)
    number = ror_number(ror)
    if number is None:
        raise PackagerError(f"{ror!r} is no ROR (https://ror.org/…)", path=path, place=f"{place}.ror")
    return Organization(name, f"https://ror.org/{number}", email)


def _contact(value: Any, path: Path) -> Contact | None:
    if value is None:
        return None
    table = {"email": value} if isinstance(value, str) and "@" in value else _table(value, path, "contact")
    return Contact(*(_text(table, key, path, "contact.") for key in ("name", "email", "url")))


def _from_citation(path: Path) -> CrateOptions:
    """Read the Citation File Format 1.2: title, abstract, licence, people, keywords, URLs and DOI."""
    import yaml  # type: ignore[import-untyped, unused-ignore]

    try:
        # BaseLoader makes nothing but texts, lists and dictionaries, whatever the tags say.
        content = yaml.load(_read_bytes(path), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise PackagerError(f"is no YAML: {' '.join(str(error).split())}", path=path) from error
    if not isinstance(content, Mapping):
        raise PackagerError("is no Citation File Format: the top must be a mapping", path=path)
    licence = content.get("license")
    people = [_person(one, path) for one in _list(content, "authors")]
    contacts = [_person(one, path) for one in _list(content, "contact")]
    reachable = next((one for one in contacts + people if one.email), None)
    repository = _text(content, "repository-code", path)
    options = CrateOptions(
        name=_text(content, "title", path),
        description=_text(content, "abstract", path),
        license=licence[0] if isinstance(licence, list) and licence else _text(content, "license", path),
        authors=tuple(people),
        contact=Contact(reachable.name, reachable.email) if reachable else None,
        url=repository or _text(content, "url", path),
        keywords=_words(content, "keywords", path),
        citations=(doi,) if (doi := _text(content, "doi", path)) else (),
    )
    return _checked(options, path, {"url": "repository-code" if repository else "url", "citation": "doi"})


def _list(content: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = content.get(key)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _person(one: Mapping[str, Any], path: Path) -> Author:
    parts = ("given-names", "name-particle", "family-names", "name-suffix")
    name = " ".join(text for key in parts if (text := _text(one, key, path, "authors.")))
    affiliation = _text(one, "affiliation", path, "authors.")
    return Author(
        name or _text(one, "name", path, "authors.") or _text(one, "alias", path, "authors.") or "unknown",
        _orcid(_text(one, "orcid", path, "authors."), path, "authors"),
        Organization(affiliation) if affiliation else None,
        _text(one, "email", path, "authors."),
    )
