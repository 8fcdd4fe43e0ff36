"""Uploads over TLS: a certificate that nobody vouches for is refused, and a proxy sees no token."""

import base64
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from prov4ml_packager.cli.main import run

from ..certificate import write_certificate
from .invenio import TOKEN, Invenio, running


@pytest.fixture
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls") / "certificate.pem"


@pytest.fixture
def secure(certificate: Path) -> Iterator[Invenio]:
    with running(Invenio(), write_certificate(certificate)) as server:
        yield server


def test_a_certificate_that_nobody_vouches_for(
    here: Path, secure: Invenio, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["deposit", "digits.zip", "--server", secure.address]) == 2
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {secure.address}: its certificate is not accepted: self-signed certificate; "
        "SSL_CERT_FILE names a file with those to be trusted\n"
    )
    assert secure.requests == []


def test_a_certificate_that_the_user_trusts(
    here: Path, secure: Invenio, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert run(["deposit", "digits.zip", "--server", f"{secure.address}/api/"]) == 0
    assert secure.files["digits.zip"]["status"] == "completed"


def test_through_a_proxy(
    here: Path, secure: Invenio, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_tunnel_all, args=(listener, seen), daemon=True).start()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        monkeypatch.setenv("HTTPS_PROXY", f"http://ada:p%40ss@127.0.0.1:{listener.getsockname()[1]}")
        assert run(["deposit", "digits.zip", "--server", secure.address]) == 0
    assert secure.files["digits.zip"]["status"] == "completed"
    heads = [one for one in seen if one.startswith(b"CONNECT ")]
    assert len(heads) == len(secure.requests)
    user = base64.b64encode(b"ada:p@ss").decode()
    port = secure.server_address[1]
    assert all(one.startswith(f"CONNECT 127.0.0.1:{port} HTTP/1.".encode()) for one in heads)
    assert all(f"Proxy-Authorization: Basic {user}\r\n".encode() in one for one in heads)
    assert TOKEN.encode() not in b"".join(seen)


def _tunnel_all(listener: socket.socket, seen: list[bytes]) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_tunnel, args=(client, seen), daemon=True).start()


def _tunnel(client: socket.socket, seen: list[bytes]) -> None:
    with client:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            if not (byte := client.recv(1)):
                return
            head += byte
        seen.append(head)
        host, _, port = head.split()[1].decode().rpartition(":")
        with socket.create_connection((host, int(port))) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(server, client, seen), daemon=True)
            back.start()
            _pump(client, server, seen)
            back.join()


def _pump(source: socket.socket, target: socket.socket, seen: list[bytes]) -> None:
    try:
        while data := source.recv(1 << 16):
            seen.append(data)
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
