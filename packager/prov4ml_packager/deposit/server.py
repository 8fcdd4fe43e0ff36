"""Requests to a server of InvenioRDM: one address, one token that goes nowhere else, bounded patience.

Source: InvenioRDM, REST API (https://inveniordm.docs.cern.ch/reference/rest_api_index/).
"""

import http.client
import json
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlunsplit

from ..errors import PackagerError
from ..release import release
from .answers import LARGEST_ANSWER, explanation, retry_after
from .connection import checked_address, open_connection

ATTEMPTS = 4
_TIMEOUT = 60.0
_LONGEST_WAIT = 300
_BUSY = frozenset({429, 503})
_FAILED = frozenset({500, 502, 504})
_TRUST = "SSL_CERT_FILE names a file with those to be trusted"
_TOKEN = re.compile(r"[!-~]+")


class Refused(PackagerError):
    """The server answered, and not as was asked for; `fields` are those that it finds fault with."""

    def __init__(self, message: str, *, status: int, fields: tuple[str, ...] = (), **where: Any) -> None:
        super().__init__(message, **where)
        self.status = status
        self.fields = fields


class Unavailable(PackagerError):
    """What may well go better a little later: no answer, or one that asks to come back.

    `wait` is in seconds, where the server says how long; `arrived` tells whether the request may have been
    carried out.
    """

    def __init__(self, message: str, *, wait: int | None = None, arrived: bool, **where: Any) -> None:
        super().__init__(message, **where)
        self.wait = wait
        self.arrived = arrived


@dataclass(frozen=True)
class Content:
    """The bytes of a request, in chunks, and how many they are."""

    chunks: Iterator[bytes]
    size: int
    media_type: str


class Server:
    """A server of InvenioRDM, and the token of one of its users.

    No redirection is followed: it would carry the token, or the crate, to a place that nobody named.

    Args:
        address: `https://…`; plain http only for this machine itself.
        token: of the user; it is sent to this server only and is in no message.
        note: called with one line on each wait.
        timeout: seconds without a sign of the server.

    Raises:
        PackagerError: the address or the token cannot be used.
    """

    def __init__(
        self,
        address: str,
        token: str,
        *,
        note: Callable[[str], None] = lambda line: None,
        timeout: float = _TIMEOUT,
    ) -> None:
        self._parts = checked_address(address)
        self.address = urlunsplit(self._parts)
        if _TOKEN.fullmatch(token) is None:
            raise PackagerError("the token is empty, or has characters that no token has", path=self.address)
        self._token = token
        self._note = note
        self._timeout = timeout

    def request(self, method: str, path: str, value: Any = None, *, repeatable: bool = True) -> Any:
        """Send a request, again where that may help, and return the JSON of the answer, None without one.

        Args:
            method: of HTTP.
            path: below the address, percent-encoded.
            value: is sent as JSON.
            repeatable: it does no harm to send it twice; else it is sent again only where it is certain that
                the first one was not carried out.

        Raises:
            Refused: the server says no.
            Unavailable: it did not answer, after some attempts.
        """
        content = None
        for attempt in range(1, ATTEMPTS + 1):
            if value is not None:
                data = json.dumps(value).encode("utf-8")
                content = Content(iter((data,)), len(data), "application/json")
            try:
                return self.send(method, path, content)
            except Unavailable as error:
                if attempt == ATTEMPTS or (error.arrived and not repeatable):
                    raise
                self.pause(attempt, error)
        raise AssertionError("unreachable")

    def pause(self, attempt: int, error: Unavailable) -> None:
        """Wait before the next attempt: as long as the server asks for, else 1, 2, 4 seconds.

        Raises:
            Unavailable: it asks for more than five minutes.
        """
        seconds = error.wait if error.wait is not None else 2 ** (attempt - 1)
        if seconds > _LONGEST_WAIT:
            raise Unavailable(
                f"{error.message} {seconds} s",
                wait=seconds,
                arrived=False,
                path=error.path,
                hint="try again then",
            ) from error
        self._note(f"{error}; again in {seconds} s")
        time.sleep(seconds)

    def send(self, method: str, path: str, content: Content | None = None) -> Any:
        """Send a request once; see `request`."""
        connection, sent = open_connection(self._parts, self._timeout), False
        try:
            connection.connect()
            sent = True
            answer = self._exchange(connection, method, path, content)
            body = answer.read(LARGEST_ANSWER + 1)
        except ssl.SSLCertVerificationError as error:
            raise self._error(
                f"its certificate is not accepted: {error.verify_message}", hint=_TRUST
            ) from error
        except (OSError, http.client.HTTPException) as error:
            why = (
                (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
            )
            if not sent:
                raise self._error(f"cannot be reached: {why}") from error
            raise Unavailable(
                self._clean(f"the connection broke: {why}"), arrived=True, path=self.address
            ) from error
        finally:
            connection.close()
        return self._read(answer, body)

    def _exchange(
        self, connection: http.client.HTTPConnection, method: str, path: str, content: Content | None
    ) -> http.client.HTTPResponse:
        connection.putrequest(method, f"{self._parts.path}{path}", skip_accept_encoding=True)
        connection.putheader("Accept", "application/json")
        connection.putheader("Authorization", f"Bearer {self._token}")
        connection.putheader("User-Agent", f"prov4ml-pack/{release()}")
        if content is not None:
            connection.putheader("Content-Type", content.media_type)
            connection.putheader("Content-Length", str(content.size))
        elif method in ("POST", "PUT"):
            connection.putheader("Content-Length", "0")
        connection.endheaders()
        if content is not None:
            try:
                for chunk in content.chunks:
                    connection.send(chunk)
            except (BrokenPipeError, ConnectionResetError):
                # A server that wants no more of it says why before it hangs up.
                with suppress(OSError, http.client.HTTPException):
                    return connection.getresponse()
                raise
        return connection.getresponse()

    def _read(self, answer: http.client.HTTPResponse, body: bytes) -> Any:
        status = answer.status
        if status in _BUSY or status in _FAILED:
            message, _ = explanation(body)
            said = "asks to wait" if status == 429 else "fails"
            raise Unavailable(
                self._clean(f"{said} ({status}{message})"),
                wait=retry_after(answer.headers.get("Retry-After")),
                arrived=status in _FAILED,
                path=self.address,
            )
        if 300 <= status < 400:
            place = answer.headers.get("Location", "another address")
            raise self._error(
                f"sends on to {place} ({status}), which is not followed", hint="give its address"
            )
        if status >= 400:
            raise self._refusal(status, body)
        if not body:
            return None
        try:
            if len(body) > LARGEST_ANSWER:
                raise ValueError
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise self._no_invenio() from error

    def _refusal(self, status: int, body: bytes) -> PackagerError:
        message, fields = explanation(body)
        settings = f"{self.address}/account/settings/applications/"
        said, hint = {
            401: ("does not accept the token", f"make a new one at {settings}"),
            403: (
                "does not allow this",
                f"the token needs deposit:write and deposit:actions; see {settings}",
            ),
            404: ("knows no such thing", None),
            413: ("takes no file of this size", "ask those who run it for more room"),
        }.get(status, ("refuses", None))
        return Refused(
            self._clean(f"{said} ({status}{message})"),
            status=status,
            fields=fields,
            path=self.address,
            hint=hint,
        )

    def _error(self, message: str, hint: str | None = None) -> PackagerError:
        return PackagerError(self._clean(message), path=self.address, hint=hint)

    def _no_invenio(self) -> PackagerError:
        hint = "give the address of an InvenioRDM, such as https://zenodo.org"
        return PackagerError("does not answer as InvenioRDM does", path=self.address, hint=hint)

    def _clean(self, text: str) -> str:
        return " ".join(text.replace(self._token, "***").split())
