"""Who and where a run names, and what stands in their place: `user-1`, `host-1`, `$HOME`."""

import ipaddress
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from re import Match
from urllib.parse import quote, unquote

# All are found in time that grows with the text: none begins at every character and reads on from there.
_EMAIL = r"(?<![\w.+-])[\w.+-]+@[\w-]{1,63}(?:\.[\w-]{1,63}){0,9}\.[A-Za-z]{2,}"
_ORCID = r"(?:https?://orcid\.org/)?(?<!\d)\d{4}-\d{4}-\d{4}-\d{3}[\dX](?!\d)"
# A path starts where no word or slash is before it, and not with the slashes of a URL other than `file:`.
_START = r"(?:(?<=file:)|(?<![\w/\\.~-])(?!(?<=:)//))(?:[A-Za-z]:)?(?:[\\/]+[\w.@+~-]+)*?[\\/]+"
_HOME = re.compile(rf"{_START}(?:home|users)[\\/]+(?P<user>[^\\/\s\"'<>|:;,=&?#]+)", re.IGNORECASE)
_ENCODED_HOME = (
    r"(?<!%2F)(?<!%5C)(?:%2F|%5C)+(?:home|users)(?:%2F|%5C)+(?:[\w.@+~-]|%(?!2F|5C)[0-9A-Fa-f]{2})+"
)
_ROOT = r"(?<![\w/\\.~-])/root(?![\w.-])"
_REMOTE = re.compile(
    r"(?:(?!file:)[A-Za-z][A-Za-z0-9+.-]*://(?:[^/@]*@)?[^/:]+(?::\d+)?/|(?:[^/@:]+@)?[^/:@]{2,}:/?(?!/))"
    r"(?:[^/]+/)*?(?P<owner>[^/]+)/(?P<name>[^/]+?)(?:\.git)?/?"
)
# Escapes of JSON, Python and URLs end in a letter or digit that is no part of the word after them.
_BEFORE = (
    r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2})|(?<=\\x[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
)
_AFTER = r"(?![A-Za-z0-9])"
_ANY_SEPARATOR = r"(?:[^A-Za-z0-9]|%[0-9A-Fa-f]{2}){1,3}"
_WORDS = re.compile(r"[^\W_]+")
_COMMON = frozenset(
    {"", "root", "user", "users", "admin", "ubuntu", "runner", "jovyan", "nobody", "home", "shared", "public",
     "localhost", "local", "train", "model", "data", "test", "host", "gpu", "cpu", "server", "node", "worker",
     "master", "main", "login", "cluster", "vm", "colab", "none", "null", "unknown", "anonymous"}
)  # fmt: skip
"""Names that many machines have: they identify nobody, and are words of other sentences."""
_HOME_PSEUDONYM = "$HOME"


class Pseudonyms:
    """Replaces people, machines and repositories, each always by the same words, in the order of adding."""

    def __init__(self) -> None:
        self._users: dict[str, str] = {}
        self._hosts: dict[str, str] = {}
        self._domains: dict[str, None] = {}
        self._repositories: dict[str, None] = {}
        self._commits: dict[str, None] = {}
        self._pattern: re.Pattern[str] | None = None

    def user(self, name: str) -> str:
        """Return the pseudonym of a login or a person's name."""
        self._pattern = None
        return self._users.setdefault(name.lower(), f"user-{len(self._users) + 1}")

    def host(self, name: str) -> str:
        """Return the pseudonym of a machine; with and without its domain it is the same one."""
        self._pattern = None
        short, domain = name.lower(), ""
        if not _is_address(short):
            short, _, domain = short.partition(".")
        if domain.count("."):
            self._domains[domain] = None
        return self._hosts.setdefault(short, f"host-{len(self._hosts) + 1}")

    def repository(self, remote: str, *, common: Iterable[str] = ()) -> None:
        """Learn a repository, which is one word from now on, and its owner, who is a user unless in `common`.

        A folder on a disk is none: its path is hidden as others are.
        """
        match = _REMOTE.fullmatch(remote.strip())
        if match is not None:
            self._pattern = None
            self._repositories[f"{match['owner']}/{match['name']}".lower()] = None
            if match["owner"].lower() not in {*_COMMON, *common}:
                self.user(match["owner"])

    def commit(self, identifier: str) -> None:
        """Learn the hexadecimal name of a commit, which a search finds; its short forms too."""
        if re.fullmatch(r"[0-9a-fA-F]{7,64}", identifier):
            self._pattern = None
            self._commits[identifier[:7].lower()] = None

    def notice(self, text: str) -> None:
        """Learn the logins that paths of home folders name."""
        for form in (text, unquote(text)) if "%" in text else (text,):
            for match in _HOME.finditer(form):
                if match["user"].lower() not in _COMMON:
                    self.user(match["user"])

    def names(self) -> list[str]:
        """Return what identifies somebody or a machine, in lower case: users, hosts, their domains."""
        return [name for name in (*self._users, *self._hosts, *self._domains) if _is_searched(name)]

    def finder(self, shortest: int = 0) -> re.Pattern[str] | None:
        """Return a pattern that finds names of at least so many characters; None if there are none."""
        found = _alternatives(name for name in self.names() if len(name) >= shortest)
        return re.compile(rf"{_BEFORE}(?:{found}){_AFTER}", re.IGNORECASE) if found else None

    def mask(self, text: str) -> str:
        """Return a text with people, machines, repositories, mail addresses and home folders replaced.

        A name is found in any case, escaped and percent-encoded too, and only as a word of its own: `ada` not
        in `adam`, but in `ada_digits`.
        """
        if self._pattern is None:
            self._pattern = self._compiled()
        return self._pattern.sub(self._pseudonym, text)

    def _compiled(self) -> re.Pattern[str]:
        users = _alternatives(self._users)
        hosts = _alternatives(self._hosts)
        domains = _alternatives(self._domains)
        parts = []
        if self._repositories:
            places = _alternatives(self._repositories)
            address = r"(?:(?<![\w.@+-])(?:[\w.@+-]{1,99}[:/]+){1,4})?"
            parts.append(rf"(?P<repository>{address}{_BEFORE}(?:{places})(?:\.git)?{_AFTER})")
        parts.append(rf"(?P<mail>{_EMAIL}|{_ORCID})")
        if self._commits:
            parts.append(rf"(?P<commit>{_BEFORE}(?:{'|'.join(self._commits)})[0-9a-f]*{_AFTER})")
        home = _HOME.pattern.replace("(?P<user>", "(?:")
        parts.append(rf"(?P<home>{home}|{_ENCODED_HOME}|{_ROOT})")
        if users:
            parts.append(rf"(?P<place>{_START}(?:{users}){_AFTER})")
            parts.append(rf"(?P<user>{_BEFORE}(?:{users}){_AFTER})")
        if domains:
            parts.append(rf"(?P<domain>{_BEFORE}(?:[\w-]{{1,63}}\.){{0,3}}(?:{domains}){_AFTER})")
        if hosts:
            parts.append(rf"(?P<host>{_BEFORE}(?:{hosts}){_AFTER})")
        return re.compile("|".join(parts), re.IGNORECASE)

    def _pseudonym(self, match: Match[str]) -> str:
        found = match[0].lower()
        if match.lastgroup == "mail":
            local = found.partition("@")[0]
            return self._users.get(local) or self._users.get(found) or "user"
        if match.lastgroup in ("home", "place"):
            return _HOME_PSEUDONYM
        if match.lastgroup in ("repository", "commit"):
            return match.lastgroup
        if match.lastgroup == "user":
            return _known(self._users, found, "user")
        return self._hosts.get(found.partition(".")[0]) or _known(self._hosts, found, "host")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_searched(name: str) -> bool:
    return name not in _COMMON and len("".join(_WORDS.findall(name))) > 1


def _alternatives(names: Iterable[str]) -> str:
    """Return a pattern for names, the longest first; what separates their words may be another sign."""
    return "|".join(
        _ANY_SEPARATOR.join("".join(map(_forms, word)) for word in _WORDS.findall(name))
        for name in sorted(names, key=lambda one: (-len(one), one))
        if _is_searched(name)
    )


def _forms(letter: str) -> str:
    """Return a pattern for a letter as it is, decomposed, percent-encoded or escaped."""
    if letter.isascii():
        return re.escape(letter)
    forms = {form for case in (letter, letter.upper()) for form in _written(case)}
    return f"(?:{'|'.join(map(re.escape, sorted(forms)))})"


def _written(letter: str) -> Iterator[str]:
    for form in (letter, unicodedata.normalize("NFD", letter)):
        yield from (form, quote(form), json.dumps(form)[1:-1], ascii(form)[1:-1])


def _known(pseudonyms: dict[str, str], found: str, otherwise: str) -> str:
    """Return the pseudonym of what was found, however its words are written and separated."""
    for name, pseudonym in pseudonyms.items():
        if re.fullmatch(_alternatives([name]) or r"(?!)", found, re.IGNORECASE):
            return pseudonym
    return otherwise  # a machine in a known domain, or the domain itself
