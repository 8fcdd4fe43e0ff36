"""Redaction of credentials in addresses and command lines, before they reach the disk."""

from __future__ import annotations

import re

HIDDEN = "***"
"""What stands in place of a secret."""

_USER_INFORMATION = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<user>[^/\s?#\"']*)@")
_QUERY_PARAMETER = re.compile(r"(?P<start>[?&;](?P<name>[\w.-]+)=)[^&;#\s\"']+")
_AUTHORIZATION = re.compile(r"(?P<scheme>authorization[\"']?\s*[:=]\s*[\"']?\w+)\s+[^\s\"']+", re.IGNORECASE)
# White space, or what a shell takes for one word; a quote that is never closed stands for itself.
_SHELL_WORD = re.compile(r"""\s+|(?:"(?:\\.|[^"\\])*"|'[^']*'|[^\s"']|["'])+""", re.DOTALL)
_SECRET_ANYWHERE = re.compile(r"password|passwd|passphrase|secret|credential", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
# Ends of whole words, so that --tokenizer, --max-tokens and --keypoints keep their values.
_SECRET_ENDINGS = ("token", "key")
_SECRET_WORDS = frozenset({"auth", "pwd", "signature"})
_OPTION = re.compile(r"(?P<name>[-+]{0,2}[A-Za-z][\w.-]*)(?:(?P<equals>=)(?P<value>.*))?", re.DOTALL)


def hide_credentials(text: str) -> str:
    """Return a text with `***` for what gives access.

    That is the user part of URLs, parameters of their queries that are named as secrets are (see
    `redact_arguments`), signatures among them, and what follows `Authorization: Bearer`.
    """
    text = _USER_INFORMATION.sub(rf"\g<scheme>{HIDDEN}@", text)
    text = _QUERY_PARAMETER.sub(_hide_parameter, text)
    return _AUTHORIZATION.sub(rf"\g<scheme> {HIDDEN}", text)


def _hide_parameter(match: re.Match[str]) -> str:
    return f"{match['start']}{HIDDEN}" if _names_secret(match["name"]) else match[0]


def redact_arguments(arguments: list[str]) -> list[str]:
    """Return a command's arguments without their secrets; as many as were given, in their order.

    Hidden are the user part of URLs, and the value of an option or assignment (`--name value`,
    `--name=value`, `name=value`, `NAME=value`) whose name contains password, passwd, passphrase, secret or
    credential, or one of whose words ends in token or key or is auth, pwd or signature.
    """
    redacted: list[str] = []
    value_follows = False
    for argument in arguments:
        if value_follows and not argument.startswith("--"):
            redacted.append(HIDDEN)
            value_follows = False
            continue
        value_follows = False
        option = _OPTION.fullmatch(argument)
        if option is None or not _names_secret(option["name"]):
            redacted.append(hide_credentials(argument))
        elif option["equals"]:
            redacted.append(f"{option['name']}={HIDDEN}")
        else:
            value_follows = argument.startswith("-")
            redacted.append(argument)
    return redacted


def redact_command(command: str) -> str:
    """Return a command line as `redact_arguments` would, with white space and quotes as they were."""
    parts = _SHELL_WORD.findall(command)
    places = [place for place, part in enumerate(parts) if not part.isspace()]
    plain = [_unquoted(parts[place]) for place in places]
    for place, given, redacted in zip(places, plain, redact_arguments(plain), strict=True):
        if redacted != given:
            parts[place] = parts[place].replace(given, redacted) if given in parts[place] else redacted
    return hide_credentials("".join(parts))


def _unquoted(word: str) -> str:
    import shlex

    try:
        return "".join(shlex.split(word))
    except ValueError:  # a quote that is never closed
        return word


def _names_secret(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    return _SECRET_ANYWHERE.search(name) is not None or any(
        word.endswith(_SECRET_ENDINGS) or word in _SECRET_WORDS for word in words
    )
