"""What a document tells of the machine and the people that it should not: paths, user names, secrets."""

import re
from collections.abc import Iterator, Sequence

from ..json_text import shorten
from ..report import Finding, Location, Severity
from ..rules import rule
from .texts import Text
from .vocabulary import local_name

HOST_PATH = rule(
    "prov-ml/host-path",
    Severity.SHOULD,
    "A path is relative to the run; an absolute one means nothing elsewhere and tells of host and user.",
    source="prov4ml, rules for ML provenance",
    help="write the path relative to the run directory or the crate, or a URL that others can reach",
)
USER_NAME = rule(
    "prov-ml/user-name",
    Severity.SHOULD,
    "A person is an agent of the document, and not a login name in an attribute of something else.",
    source="prov4ml, rules for ML provenance; PROV-DM, section 5.3",
    help="leave the attribute out; if the person is to be named, add an agent of type prov:Person",
)
SECRET = rule(
    "prov-ml/secret",
    Severity.SHOULD,
    "A document holds no password, key or token.",
    source="prov4ml, rules for ML provenance",
    help="revoke it, then remove it: who has the document has the secret",
)

# All that is searched for here is found in time that grows with the length of the text, whatever is in it: no
# pattern begins at every character and reads on from there.
_BEFORE = r"(?:^|(?<=[\s\"'=(,\[;|<>]))"
_HOST_PATH = re.compile(
    rf"{_BEFORE}(?:file://(?:localhost)?)?/(?:[\w.@+~%-]+/)+[\w.@+~%-]+|{_BEFORE}/(?:home|Users|root)/?(?=$|\s)"
    rf"|{_BEFORE}(?:[A-Za-z]:[\\/]|\\\\)[^\\/\s\"'<>|]+[\\/][^\s\"'<>|]+|{_BEFORE}~\w*/[\w.-]+"
)
# Places that every machine has name nobody and no host.
_COMMON = ("/dev/", "/proc/", "/usr/bin/", "/bin/", "/etc/")
_USER_KEYS = frozenset({"user", "user_id", "userid", "user_name", "username", "login", "login_name"})
_SECRETS = re.compile(
    r"-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY"
    r"|(?<![A-Za-z0-9])(?:"
    r"(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])"  # AWS access key
    r"|gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40}"  # GitHub
    r"|glpat-[A-Za-z0-9_-]{20}"  # GitLab
    r"|hf_[A-Za-z0-9]{30}"  # Hugging Face
    r"|sk-(?:proj-|ant-|svcacct-)?(?=[A-Za-z_-]{0,31}[0-9])[A-Za-z0-9_-]{32}"  # OpenAI, Anthropic
    r"|xox[abposr]-[0-9A-Za-z-]{20}"  # Slack
    r"|AIza[0-9A-Za-z_-]{35}"  # Google
    r"|pypi-[A-Za-z0-9_-]{50}"
    r"|(?<![\w-])eyJ[A-Za-z0-9_-]{10,}+\.eyJ[A-Za-z0-9_-]{10,}+\.[A-Za-z0-9_-]{10}"  # JSON Web Token
    r")"
)
_URL_PASSWORD = re.compile(
    r"(?<![a-z0-9+.-])[0-9+.-]*+[a-z][a-z0-9+.-]*+://[^\s/:@?#]*+:(?P<secret>[^\s/@]++)@"
)
_ASSIGNED = re.compile(
    r"(?i)(?<![A-Za-z])"
    r"(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|secret[_-]?key|auth[_-]?token|access[_-]?token"
    r"|token)[\"']?(?:\s*[=:]\s*|\s+)[\"']?(?P<secret>[^\s\"',;&]{8,})"
)
_ASSIGNMENT_WORDS = ("pass", "secret", "key", "token")
_SECRET_NAME = re.compile(
    r"(?i)(?:.*[_.-])?(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|secret[_-]?key|auth[_-]?token"
    r"|access[_-]?token)"
)
_PLACEHOLDER = re.compile(
    r"(?i)[*x.•<>\[\]{}$_-]*+(?:redacted|hidden|removed|none|null|true|false|env\b.*)?[*x.•<>\[\]{}_-]*|[<${].*"
)


def check_privacy(texts: Sequence[Text], *, is_ml: bool) -> Iterator[Finding]:
    """Yield texts with paths of a host, login names and what is likely a secret.

    Args:
        texts: the texts of the document or bundle.
        is_ml: also look for login names, which elsewhere may be what the document is about.
    """
    for one in texts:
        text = one.text
        secret = _secret(one)
        if secret is not None:
            where = Location(pointer=one.pointer)
            yield SECRET.finding(f"{_what(one)} holds what looks like {secret}", where)
        if ("/" in text or "\\" in text) and (path := _host_path(text)) is not None:
            yield HOST_PATH.finding(
                f"{_what(one)} has the path {shorten(path)}", Location(pointer=one.pointer)
            )
        if is_ml and text and one.record.kind != "agent" and local_name(one.key).lower() in _USER_KEYS:
            message = f"{_what(one)} is the login name {shorten(text)}"
            yield USER_NAME.finding(message, Location(pointer=one.pointer))


def _what(one: Text) -> str:
    return f"{local_name(one.key)} of {shorten(one.record.name)}"


def _host_path(text: str) -> str | None:
    for match in _HOST_PATH.finditer(text):
        if not match.group().startswith(_COMMON):
            return match.group()
    return None


def _secret(one: Text) -> str | None:
    """Return what kind of secret a text holds, never the secret itself."""
    text = one.text
    if len(text) < 8:
        return None
    known = _SECRETS.search(text)
    if known is not None:
        begin = known.group()
        return "a private key" if begin.startswith("-----") else f"a credential that begins with {begin[:4]}"
    if "://" in text and "@" in text:
        url = _URL_PASSWORD.search(text)
        if url is not None and not _PLACEHOLDER.fullmatch(url["secret"]):
            return "a password in a URL"
    lowered = text.lower()
    if any(word in lowered for word in _ASSIGNMENT_WORDS):
        for match in _ASSIGNED.finditer(text):
            if _is_random(match["secret"]):
                return "the value of a password, key or token"
    name = one.record.attributes.get("prov:label") if local_name(one.key) == "value" else one.key
    if isinstance(name, str) and _SECRET_NAME.fullmatch(name.rpartition(":")[2]) and " " not in text:
        return None if _PLACEHOLDER.fullmatch(text) else "the value of a password, key or token"
    return None


def _is_random(text: str) -> bool:
    """Return whether a text has letters and digits mixed, as passwords and tokens do and words do not."""
    if _PLACEHOLDER.fullmatch(text):
        return False
    return any(char.isdigit() for char in text) and any(char.isalpha() for char in text)
