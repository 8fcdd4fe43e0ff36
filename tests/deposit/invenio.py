"""A stand-in for the drafts and files of InvenioRDM on this machine, with the faults of real networks.

It holds every request against the reference and keeps what it got, so that a test can look at it.
Source: https://inveniordm.docs.cern.ch/reference/rest_api_drafts_records/.
"""

import hashlib
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any
from urllib.parse import unquote

from .invenio_schema import problems

TOKEN = "s3cr3t-t0ken"
_FILE = r"/api/records/(?P<id>[a-z0-9-]+)/draft/files/(?P<key>[^/]+)"


@dataclass
class Fault:
    """What happens once to the next request of this method whose path ends so, in place of an answer.

    `status` with `headers` and `body` is an answer; `cut_after` reads so many bytes and hangs up;
    `answer_after` answers with `status` after so many bytes, the rest unread; `alter` keeps other bytes than
    were sent; `lose_answer` does all and hangs up.
    """

    method: str
    ending: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    cut_after: int | None = None
    answer_after: int | None = None
    alter: bool = False
    lose_answer: bool = False


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]


class Invenio(ThreadingHTTPServer):
    """The server, its records, and all requests that it got."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = "http"
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.records: dict[str, dict[str, Any]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.notes: list[dict[str, Any]] = []  # what a draft's answer says of its metadata
        self.unknown_affiliations = False

    @property
    def address(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    @property
    def calls(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.requests]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is none of the server's business."""


class _Handler(BaseHTTPRequestHandler):
    server: Invenio
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._handle()

    do_POST = do_PUT = do_DELETE = do_GET

    def _handle(self) -> None:
        self.server.requests.append(Request(self.command, self.path, dict(self.headers.items())))
        fault = next(
            (
                one
                for one in self.server.faults
                if one.method == self.command and self.path.endswith(one.ending)
            ),
            None,
        )
        if fault is not None:
            self.server.faults.remove(fault)
        if fault is not None and fault.cut_after is not None:
            self.rfile.read(fault.cut_after)
            self._hang_up()
            return
        if fault is not None and fault.answer_after is not None:
            self.rfile.read(fault.answer_after)
            self._answer(fault.status, fault.body, fault.headers)
            self._hang_up()
            return
        body, digest = self._read(keep=self.headers.get("Content-Type") == "application/json")
        if fault is not None and fault.status:
            self._answer(fault.status, fault.body, fault.headers)
            return
        if fault is not None and fault.alter:
            digest = hashlib.md5(b"other bytes").hexdigest()
        status, value = self._respond(body, digest)
        if fault is not None and fault.lose_answer:
            self._hang_up()
            return
        self._answer(status, value, {})

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _read(self, *, keep: bool) -> tuple[bytes, str]:
        left, digest, kept = int(self.headers.get("Content-Length", 0)), hashlib.md5(), b""
        self.received = 0
        while left and (chunk := self.rfile.read(min(left, 1 << 16))):
            left -= len(chunk)
            self.received += len(chunk)
            digest.update(chunk)
            kept += chunk if keep else b""
        return kept, digest.hexdigest()

    def _answer(self, status: int, value: Any, headers: dict[str, str]) -> None:
        data = b"" if value is None else value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        if value is not None:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _respond(self, body: bytes, digest: str) -> tuple[int, Any]:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"status": 401, "message": "The server could not verify your authorization."}
        assert self.headers["Accept"] == "application/json"
        if self.path == "/api/records":
            return self._create(json.loads(body))
        draft = re.fullmatch(r"/api/records/(?P<id>[a-z0-9-]+)/draft(?P<rest>.*)", self.path)
        if draft is None or draft["id"] not in self.server.records:
            return 404, {"status": 404, "message": "The persistent identifier does not exist."}
        record = self.server.records[draft["id"]]
        if (self.command, draft["rest"]) == ("GET", ""):
            return 200, record
        if (self.command, draft["rest"]) == ("POST", "/actions/publish"):
            return self._publish(record)
        if draft["rest"] == "/files":
            return self._files(json.loads(body) if self.command == "POST" else None)
        return self._file(record, digest)

    def _create(self, body: Any) -> tuple[int, Any]:
        assert self.command == "POST"
        assert self.headers["Content-Type"] == "application/json"
        wrong = problems(body)
        if wrong:
            return 400, {
                "status": 400,
                "message": "A validation error occurred.",
                "errors": [{"field": one, "messages": []} for one in wrong],
            }
        affiliations = body["metadata"]["creators"][0].get("affiliations", [{}])
        if self.server.unknown_affiliations and "id" in affiliations[0]:
            problem = {"field": "metadata.creators.0.affiliations", "messages": ["Invalid value 03yrm5c26."]}
            return 400, {"status": 400, "message": "A validation error occurred.", "errors": [problem]}
        identifier = f"abcde-{len(self.server.records)}"
        links = {"self_html": f"{self.server.address}/uploads/{identifier}"}
        record = {**body, "id": identifier, "is_published": False, "pids": {}, "links": links}
        self.server.records[identifier] = record
        return 201, {**record, "errors": self.server.notes} if self.server.notes else record

    def _publish(self, record: dict[str, Any]) -> tuple[int, Any]:
        if "publisher" not in record["metadata"]:
            problem = {
                "field": "metadata.publisher",
                "messages": ["Missing publisher field required for DOI registration."],
            }
            return 400, {"status": 400, "message": "A validation error occurred.", "errors": [problem]}
        record["is_published"] = True
        record["links"] = {"self_html": f"{self.server.address}/records/{record['id']}"}
        record["pids"] = {"doi": {"identifier": f"10.5072/{record['id']}", "provider": "datacite"}}
        return 202, record

    def _files(self, wanted: Any) -> tuple[int, Any]:
        if wanted is not None:
            for one in wanted:
                assert set(one) == {"key"}
                if one["key"] in self.server.files:
                    return 400, {"status": 400, "message": f"File with key {one['key']} already exists."}
                self.server.files[one["key"]] = {"key": one["key"], "status": "pending"}
        entries = list(self.server.files.values())
        return 200 if wanted is None else 201, {"enabled": True, "entries": entries, "order": []}

    def _file(self, record: dict[str, Any], digest: str) -> tuple[int, Any]:
        match = re.fullmatch(_FILE + r"(?P<action>/content|/commit|)", self.path)
        assert match is not None, self.path
        key = unquote(match["key"])
        entry = self.server.files.get(key)
        if entry is None:
            return 404, {"status": 404, "message": f"Record '{record['id']}' has no file '{key}'."}
        if (self.command, match["action"]) == ("DELETE", ""):
            del self.server.files[key]
            return 204, None
        if (self.command, match["action"]) == ("PUT", "/content"):
            assert self.headers["Content-Type"] == "application/octet-stream"
            if entry["status"] == "completed":
                return 400, {"status": 400, "message": f'File with key "{key}" is committed.'}
            entry |= {"got": self.received, "md5": digest}
            return 200, entry
        if (self.command, match["action"]) == ("POST", "/commit"):
            if entry["status"] == "completed" or "got" not in entry:
                return 400, {"status": 400, "message": "There is nothing to commit."}
            entry |= {"status": "completed", "checksum": f"md5:{entry['md5']}", "size": entry["got"]}
            return 200, entry
        assert self.command == "GET"
        return 200, entry


@contextmanager
def running(server: Invenio, context: SSLContext | None = None) -> Iterator[Invenio]:
    """Let a server answer in a thread, over TLS with a context."""
    if context is not None:
        server.scheme = "https"
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
