"""A record made of a crate: a draft, its file, and its publication if that is asked for.

Source: InvenioRDM, Drafts and records (https://inveniordm.docs.cern.ch/reference/rest_api_drafts_records/).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from ..errors import PackagerError
from ..progress import UNWATCHED, Progress
from .answers import field_problems
from .metadata import RESOURCE_TYPE, deposit_metadata
from .server import ATTEMPTS, Content, Refused, Server, Unavailable
from .source import Source

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_VOCABULARIES = ("rights", "affiliations", "funding", "funder", "languages")


@dataclass(frozen=True)
class Deposited:
    """A record on a server: its identifier, the page where people look at it, its DOI if there is one."""

    identifier: str
    link: str
    doi: str | None = None


def deposit_crate(
    source: Source,
    server: Server,
    *,
    draft: str | None = None,
    record: Mapping[str, Any] | None = None,
    resource_type: str = RESOURCE_TYPE,
    publish: bool = False,
    note: Callable[[str], None] = lambda line: None,
    progress: Progress = UNWATCHED,
) -> Deposited:
    """Make a draft of a crate on a server, upload the crate to it, and publish it if asked to.

    The sum that the server tells of the file is compared with the file. A break in the connection is mended a
    few times; whatever goes wrong after the draft is there, the error says how to go on with it.

    Args:
        source: the crate.
        server: where to.
        draft: identifier of a draft to go on with: its metadata stay, and its file too where it is whole.
        record: the body of the request for the draft in place of what the crate says.
        resource_type: of the record.
        publish: for good; a published file cannot be taken back.
        note: called with one line for what the user should know, the draft's page first.
        progress: told the bytes sent.

    Raises:
        PackagerError: the server cannot be reached, refuses, or has other bytes than were sent.
    """
    made = (
        _existing(server, draft)
        if draft is not None
        else _create(source, server, record, resource_type, note)
    )
    note(f"draft: {made.link}")
    try:
        progress.stage("upload", source.size)
        _upload(source, server, made, progress, is_new=draft is None)
        return _publish(server, made) if publish else made
    except (PackagerError, KeyboardInterrupt) as error:
        message = error.message if isinstance(error, PackagerError) else "interrupted"
        path = error.path if isinstance(error, PackagerError) else server.address
        hint = error.hint if isinstance(error, PackagerError) else None
        again = f"the draft stays; go on with --draft {made.identifier}"
        raise PackagerError(message, path=path, hint=f"{hint}; {again}" if hint else again) from error


def _existing(server: Server, draft: str) -> Deposited:
    identifier = draft.rstrip("/").rpartition("/")[2]
    if _IDENTIFIER.fullmatch(identifier) is None:
        raise PackagerError(f"{draft!r} is no identifier of a draft", path=server.address)
    return _deposited(server, server.request("GET", f"/api/records/{identifier}/draft"), "uploads")


def _create(
    source: Source,
    server: Server,
    record: Mapping[str, Any] | None,
    resource_type: str,
    note: Callable[[str], None],
) -> Deposited:
    """Make a draft; what the server's vocabularies do not know is said in words instead."""
    given = record is not None
    body = record if record is not None else _body(source, resource_type, with_identifiers=True)
    try:
        answer = _post_draft(server, body)
    except Refused as error:
        if given or not any(name in field for field in error.fields for name in _VOCABULARIES):
            raise
        note(f"{error}; names in place of identifiers are tried")
        answer = _post_draft(server, _body(source, resource_type, with_identifiers=False))
    made = _deposited(server, answer, "uploads")
    for problem in field_problems(answer):
        note(f"the server says of {problem}")
    return made


def _body(source: Source, resource_type: str, *, with_identifiers: bool) -> dict[str, Any]:
    return deposit_metadata(
        source.document,
        source.crate,
        file_name=source.file.name,
        resource_type=resource_type,
        with_identifiers=with_identifiers,
    )


def _post_draft(server: Server, body: Mapping[str, Any]) -> Any:
    try:
        return server.request("POST", "/api/records", body, repeatable=False)
    except Unavailable as error:
        if not error.arrived:
            raise
        hint = f"it may have made a draft all the same; look at {server.address}/me/uploads"
        raise PackagerError(error.message, path=error.path, hint=hint) from error


def _deposited(server: Server, answer: Any, page: str) -> Deposited:
    identifier = answer.get("id") if isinstance(answer, dict) else None
    if not isinstance(identifier, str) or _IDENTIFIER.fullmatch(identifier) is None:
        hint = "give the address of an InvenioRDM, such as https://zenodo.org"
        raise PackagerError("does not answer as InvenioRDM does", path=server.address, hint=hint)
    links = answer.get("links")
    link = links.get("self_html") if isinstance(links, dict) else None
    if not isinstance(link, str) or urlsplit(link).netloc != urlsplit(server.address).netloc:
        link = f"{server.address}/{page}/{identifier}"
    pids = answer.get("pids")
    doi = pids.get("doi") if isinstance(pids, dict) else None
    named = doi.get("identifier") if isinstance(doi, dict) else None
    return Deposited(identifier, link, named if isinstance(named, str) else None)


def _upload(
    source: Source, server: Server, made: Deposited, progress: Callable[[int], None], *, is_new: bool
) -> None:
    """Upload the file, from the beginning after each break, since a half content cannot be gone on with."""
    files = f"/api/records/{made.identifier}/draft/files"
    file = f"{files}/{quote(source.file.name, safe='')}"
    for attempt in range(1, ATTEMPTS + 1):
        sent = 0

        def chunks() -> Iterator[bytes]:
            nonlocal sent
            for chunk in source.chunks():
                yield chunk
                sent += len(chunk)
                progress(len(chunk))

        try:
            may_be_there = not is_new or attempt > 1
            if may_be_there and _is_there(source, server.request("GET", files), server, file):
                progress(source.size)
                return
            _start(source, server, files)
            server.send("PUT", f"{file}/content", Content(chunks(), source.size, "application/octet-stream"))
            _commit(source, server, file)
            return
        except Unavailable as error:
            if attempt == ATTEMPTS:
                raise
            progress(-sent)
            server.pause(attempt, error)


def _is_there(source: Source, answer: Any, server: Server, file: str) -> bool:
    """Tell whether the draft has the file, whole; anything else of that name is taken out."""
    entries = answer.get("entries") if isinstance(answer, dict) else None
    listed = entries.values() if isinstance(entries, dict) else entries if isinstance(entries, list) else []
    found = next(
        (one for one in listed if isinstance(one, dict) and one.get("key") == source.file.name), None
    )
    if found is None:
        return False
    if found.get("status") == "completed" and _digest(found) == source.digest:
        return True
    server.send("DELETE", file)
    return False


def _start(source: Source, server: Server, files: str) -> None:
    data = json.dumps([{"key": source.file.name}]).encode("utf-8")
    server.send("POST", files, Content(iter((data,)), len(data), "application/json"))


def _digest(entry: Any) -> str | None:
    checksum = entry.get("checksum") if isinstance(entry, dict) else None
    return (
        checksum.removeprefix("md5:") if isinstance(checksum, str) and checksum.startswith("md5:") else None
    )


def _commit(source: Source, server: Server, file: str) -> None:
    answer = _completed(server, file)
    digest = _digest(answer) or _digest(server.request("GET", file))
    if digest is None:
        raise PackagerError("tells no MD5 of the file, so that nobody knows what it got", path=server.address)
    if digest != source.digest:
        raise PackagerError(
            f"got other bytes than were sent: MD5 {digest}, and {source.file.name} has {source.digest}",
            path=server.address,
            hint="try again",
        )


def _completed(server: Server, file: str) -> Any:
    """Complete the upload; where the answer is lost, ask whether it was before doing it again."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return server.send("POST", f"{file}/commit")
        except Unavailable as error:
            if attempt == ATTEMPTS:
                raise
            server.pause(attempt, error)
            answer = server.request("GET", file)
            if isinstance(answer, dict) and answer.get("status") == "completed":
                return answer
    raise AssertionError("unreachable")


def _publish(server: Server, made: Deposited) -> Deposited:
    try:
        answer = server.request(
            "POST", f"/api/records/{made.identifier}/draft/actions/publish", repeatable=False
        )
    except (Refused, Unavailable) as error:
        hint = f"look at {made.link}"
        raise PackagerError(f"does not publish it: {error.message}", path=error.path, hint=hint) from error
    return _deposited(server, answer, "records")
