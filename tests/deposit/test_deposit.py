"""Uploads over real sockets: what is sent, what goes wrong on the way, and that nothing is lost then."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from prov4ml_packager.cli.main import run
from prov4ml_packager.crate import build_crate, unpack_crate

from ..crate.builders import make_run
from ..crate.test_archives import Watched
from .conftest import GIVEN
from .invenio import TOKEN, Fault, Invenio, running
from .invenio_schema import problems

FILES = "/api/records/abcde-0/draft/files"
CONTENT = f"{FILES}/digits.zip/content"
WHOLE = [
    "POST /api/records",
    f"POST {FILES}",
    f"PUT {CONTENT}",
    f"POST {FILES}/digits.zip/commit",
]


def deposit(server: Invenio, *more: str, status: int = 0) -> None:
    assert run(["deposit", "digits.zip", "--server", server.address, *more]) == status


def told(capsys: pytest.CaptureFixture[str], server: Invenio) -> tuple[list[str], list[str]]:
    """Return the lines of both streams without what differs each time; the token is in none of them."""
    out, err = capsys.readouterr()
    assert TOKEN not in out + err
    lines = err.replace("prov4ml-pack: ", "").replace(server.address, "SERVER")
    return out.replace(server.address, "SERVER").splitlines(), lines.splitlines()


def test_a_draft_is_made_and_left_to_be_looked_at(
    here: Path, server: Invenio, capsys: pytest.CaptureFixture[str]
) -> None:
    deposit(server)
    assert told(capsys, server) == (["SERVER/uploads/abcde-0"], ["note: draft: SERVER/uploads/abcde-0"])
    assert server.calls == WHOLE
    put = server.requests[2].headers
    assert put["Content-Length"] == str((here / "digits.zip").stat().st_size)
    assert put["Content-Type"] == "application/octet-stream"
    assert {one.headers["Authorization"] for one in server.requests} == {f"Bearer {TOKEN}"}
    assert all(one.headers["User-Agent"].startswith("prov4ml-pack/") for one in server.requests)
    record = server.records["abcde-0"]
    assert record["is_published"] is False
    assert record["metadata"]["title"] == "Digits, classified"
    assert server.files["digits.zip"]["status"] == "completed"


def test_what_was_sent_is_written_too(
    here: Path, server: Invenio, capsys: pytest.CaptureFixture[str]
) -> None:
    deposit(server, "-o", "sent.json", "--resource-type", "software")
    sent = json.loads((here / "sent.json").read_text(encoding="utf-8"))
    assert sent["metadata"] == server.records["abcde-0"]["metadata"]
    assert sent["metadata"]["resource_type"] == {"id": "software"}


def test_publish(here: Path, server: Invenio, capsys: pytest.CaptureFixture[str]) -> None:
    deposit(server, "--publish")
    assert told(capsys, server)[0] == ["SERVER/records/abcde-0", "https://doi.org/10.5072/abcde-0"]
    assert server.calls == [*WHOLE, "POST /api/records/abcde-0/draft/actions/publish"]
    assert server.records["abcde-0"]["is_published"] is True


def test_what_the_server_wants_before_it_publishes(
    here: Path, server: Invenio, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["deposit", "digits.zip", "-o", "d.json"]) == 0
    record = json.loads((here / "d.json").read_text())
    del record["metadata"]["publisher"]
    (here / "d.json").write_text(json.dumps(record))
    capsys.readouterr()
    deposit(server, "--publish", "--metadata", "d.json", status=2)
    assert told(capsys, server) == (
        [],
        [
            "note: draft: SERVER/uploads/abcde-0",
            "error: SERVER: does not publish it: refuses (400: A validation error occurred; "
            "metadata.publisher: "
            "Missing publisher field required for DOI registration); look at SERVER/uploads/abcde-0; "
            "the draft "
            "stays; go on with --draft abcde-0",
        ],
    )
    assert server.records["abcde-0"]["is_published"] is False


def test_a_directory_is_deposited_as_a_zip(
    here: Path, server: Invenio, capsys: pytest.CaptureFixture[str]
) -> None:
    unpack_crate(here / "digits.zip", here / "folder")
    assert run(["deposit", "folder", "--server", server.address]) == 0
    assert told(capsys, server) == (
        ["SERVER/uploads/abcde-0"],
        [
            "note: folder is a directory: a zip of it is deposited, folder.zip",
            "note: draft: SERVER/uploads/abcde-0",
        ],
    )
    first = server.files["folder.zip"]["checksum"]
    # The same bytes each time, so that a second try finds what is there.
    assert run(["deposit", "folder", "--server", server.address, "--draft", "abcde-0"]) == 0
    assert server.calls.count(f"PUT {FILES}/folder.zip/content") == 1
    assert server.files["folder.zip"]["checksum"] == first
    assert sorted(path.name for path in here.iterdir()) == ["digits.zip", "folder"]


def test_a_crate_that_is_not_valid_is_not_given_away(
    here: Path, server: Invenio, capsys: pytest.CaptureFixture[str]
) -> None:
    unpack_crate(here / "digits.zip", here / "folder")
    (here / "folder/run.json").write_bytes(b"{}")
    assert run(["deposit", "folder", "--server", server.address]) == 2
    out, err = told(capsys, server)
    assert out == []
    (line,) = err
    assert line.startswith("error: folder: is not valid: payload/")
    assert line.endswith("; see prov4ml-pack validate folder")
    assert server.calls == []


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            Fault("POST", "/records", status=403, body={"message": "Permission denied."}),
            "does not allow this (403: Permission denied); the token needs deposit:write and "
            "deposit:actions; "
            "see SERVER/account/settings/applications/",
        ),
        (
            Fault("POST", "/records", status=502),
            "fails (502); it may have made a draft all the same; look at SERVER/me/uploads",
        ),
        (
            Fault("POST", "/records", lose_answer=True),
            "the connection broke: Remote end closed connection without response; it may have made a "
            "draft all the "
            "same; look at SERVER/me/uploads",
        ),
        (
            Fault("POST", "/records", status=400, body={"errors": [{"field": TOKEN, "messages": [TOKEN]}]}),
            "refuses (400: ***: ***)",
        ),
        (
            Fault("POST", "/records", status=200, body=b"<html>Welcome</html>"),
            "does not answer as InvenioRDM does; give the address of an InvenioRDM, such as "
            "https://zenodo.org",
        ),
        (
            Fault("POST", "/records", status=201, body={"id": "../../x"}),
            "does not answer as InvenioRDM does; give the address of an InvenioRDM, such as "
            "https://zenodo.org",
        ),
        (Fault("POST", "/records", status=404, body=b"no"), "knows no such thing (404)"),
        (
            Fault("POST", "/records", status=429, headers={"Retry-After": "3600"}),
            "asks to wait (429) 3600 s; try again then",
        ),
    ],
)
def test_no_draft(
    here: Path,
    server: Invenio,
    fault: Fault,
    message: str,
    waits: list[float],
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.faults = [fault]
    deposit(server, status=2)
    assert told(capsys, server) == ([], [f"error: SERVER: {message}"])
    assert len(server.calls) == 1
    assert waits == []


def test_a_wrong_token(
    here: Path, server: Invenio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROV4ML_DEPOSIT_TOKEN", "guess")
    assert run(["deposit", "digits.zip", "--server", server.address, "--debug"]) == 2
    out, err = capsys.readouterr()
    assert "guess" not in out + err
    assert err.splitlines()[-1].replace(server.address, "SERVER") == (
        "prov4ml-pack: error: SERVER: does not accept the token (401: The server could not verify your "
        "authorization); make a new one at SERVER/account/settings/applications/"
    )


def test_a_server_that_asks_to_wait(
    here: Path, server: Invenio, waits: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults = [
        Fault("POST", "/records", status=429, headers={"Retry-After": "7"}),
        Fault("POST", "/records", status=503),
        Fault("POST", "/commit", status=500),
        Fault("PUT", "/content", status=429, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
    ]
    deposit(server)
    assert told(capsys, server) == (
        ["SERVER/uploads/abcde-0"],
        [
            "note: SERVER: asks to wait (429); again in 7 s",
            "note: SERVER: fails (503); again in 2 s",
            "note: draft: SERVER/uploads/abcde-0",
            "note: SERVER: asks to wait (429); again in 0 s",
            "note: SERVER: fails (500); again in 1 s",
        ],
    )
    assert waits == [7, 2, 0, 1]
    assert server.files["digits.zip"]["status"] == "completed"


@pytest.mark.parametrize(
    "said",
    ["9" * 5000, "soon", "-1", "Wed, 21 Oct 2015 07:28:00 +99999999999999", "Wed, 99 Oct 0 99:99:99 GMT"],
)
def test_a_wait_that_makes_no_sense_counts_as_none(
    here: Path, server: Invenio, waits: list[float], said: str
) -> None:
    server.faults = [Fault("POST", "/records", status=429, headers={"Retry-After": said})]
    deposit(server)
    assert waits == [1]


@pytest.mark.parametrize("proxy", ["http://[::1", "http://proxy.example:port"])
def test_a_proxy_that_cannot_be(
    here: Path, monkeypatch: pytest.MonkeyPatch, proxy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    assert run(["deposit", "digits.zip", "--server", "https://zenodo.example"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("prov4ml-pack: error: the proxy of the environment has an address that is none (")


def test_a_connection_that_breaks_is_mended(
    here: Path, server: Invenio, waits: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults = [
        Fault("PUT", "/content", cut_after=1000),
        Fault("POST", "/commit", lose_answer=True),
    ]
    deposit(server)
    assert server.calls == [
        *WHOLE[:3],
        # What the server has of a file that broke off is taken out and sent anew.
        f"GET {FILES}", f"DELETE {FILES}/digits.zip", *WHOLE[1:],
        # This time all went well and only the answer was lost: the server is asked, and nothing sent again.
        f"GET {FILES}/digits.zip",
    ]  # fmt: skip
    assert waits == [1, 1]
    assert server.files["digits.zip"]["got"] == (here / "digits.zip").stat().st_size


def test_a_connection_that_keeps_breaking_and_a_second_try(
    here: Path, server: Invenio, waits: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    server.faults = [Fault("PUT", "/content", cut_after=1000) for _ in range(4)]
    deposit(server, status=2)
    out, err = told(capsys, server)
    assert out == []
    assert err[0] == "note: draft: SERVER/uploads/abcde-0"
    assert err[-1].startswith("error: SERVER: the connection broke: ")
    assert err[-1].endswith("; the draft stays; go on with --draft abcde-0")
    assert waits == [1, 2, 4]
    server.requests.clear()
    deposit(server, "--draft", "abcde-0")
    assert told(capsys, server)[0] == ["SERVER/uploads/abcde-0"]
    assert server.calls == [
        "GET /api/records/abcde-0/draft", f"GET {FILES}", f"DELETE {FILES}/digits.zip", *WHOLE[1:]
    ]  # fmt: skip
    server.requests.clear()
    deposit(server, "--draft", f"{server.address}/uploads/abcde-0", "--publish")
    assert server.calls == [
        "GET /api/records/abcde-0/draft", f"GET {FILES}", "POST /api/records/abcde-0/draft/actions/publish"
    ]  # fmt: skip


def test_a_file_that_is_too_large(here: Path, server: Invenio, capsys: pytest.CaptureFixture[str]) -> None:
    server.faults = [Fault("PUT", "/content", status=413, answer_after=100, body={"message": "Too large."})]
    deposit(server, status=2)
    assert told(capsys, server)[1][-1] == (
        "error: SERVER: takes no file of this size (413: Too large); ask those who run it for more room; "
        "the draft stays; go on with --draft abcde-0"
    )


def test_other_bytes_than_were_sent(here: Path, server: Invenio, capsys: pytest.CaptureFixture[str]) -> None:
    server.faults = [Fault("PUT", "/content", alter=True)]
    deposit(server, "--publish", status=2)
    got = server.files["digits.zip"]["md5"]
    line = told(capsys, server)[1][-1]
    assert line.startswith(f"error: SERVER: got other bytes than were sent: MD5 {got}, and digits.zip has ")
    assert line.endswith("; try again; the draft stays; go on with --draft abcde-0")
    assert server.records["abcde-0"]["is_published"] is False
    deposit(server, "--draft", "abcde-0")
    assert server.files["digits.zip"]["md5"] != got


def test_no_redirection_is_followed(here: Path, server: Invenio, capsys: pytest.CaptureFixture[str]) -> None:
    with running(Invenio()) as other:
        for status in (301, 302, 307, 308):
            place = f"{other.address}/api/records"
            server.faults = [Fault("POST", "/records", status=status, headers={"Location": place})]
            deposit(server, status=2)
            assert told(capsys, server)[1] == [
                f"error: SERVER: sends on to {place} ({status}), which is not followed; give its address"
            ]
        assert other.calls == []


def test_links_to_other_places_are_not_used(
    here: Path, server: Invenio, capsys: pytest.CaptureFixture[str]
) -> None:
    links = {"self_html": "https://elsewhere.example/x", "files": "https://elsewhere.example/api"}
    server.records["abcde-0"] = {"id": "abcde-0", "links": links, "metadata": {}}
    deposit(server, "--draft", "abcde-0")
    assert told(capsys, server)[0] == ["SERVER/uploads/abcde-0"]


def test_a_server_that_does_not_know_the_identifiers(
    here: Path, server: Invenio, capsys: pytest.CaptureFixture[str]
) -> None:
    server.unknown_affiliations = True
    server.notes = [{"field": "metadata.funding", "messages": ["Unknown."]}]
    deposit(server)
    assert told(capsys, server)[1] == [
        "note: SERVER: refuses (400: A validation error occurred; "
        "metadata.creators.0.affiliations: Invalid value "
        "03yrm5c26); names in place of identifiers are tried",
        "note: the server says of metadata.funding: Unknown",
        "note: draft: SERVER/uploads/abcde-0",
    ]
    metadata = server.records["abcde-0"]["metadata"]
    assert metadata["creators"][0]["affiliations"] == [{"name": "Example University"}]
    assert problems({"metadata": metadata}) == []


@pytest.mark.parametrize("name", ["bag.zip", "bag"])
def test_a_bag_is_deposited_whole(here: Path, server: Invenio, name: str) -> None:
    build_crate([make_run(here / "run")], here / name, replace(GIVEN, bag=True))
    assert run(["deposit", name, "--server", server.address]) == 0
    assert server.records["abcde-0"]["metadata"]["title"] == "Digits, classified"
    assert server.files["bag.zip"]["status"] == "completed"


def test_an_interrupt_names_the_draft(
    here: Path, server: Invenio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from prov4ml_packager.deposit.source import Source

    def interrupted(source: Source) -> Iterator[bytes]:
        yield b"PK"
        raise KeyboardInterrupt

    monkeypatch.setattr(Source, "chunks", interrupted)
    deposit(server, status=2)
    assert told(capsys, server)[1][-1] == (
        "error: SERVER: interrupted; the draft stays; go on with --draft abcde-0"
    )
    monkeypatch.undo()
    monkeypatch.setenv("PROV4ML_DEPOSIT_TOKEN", TOKEN)
    monkeypatch.chdir(here)
    deposit(server, "--draft", "abcde-0")
    assert server.files["digits.zip"]["status"] == "completed"


def test_memory_does_not_follow_the_size(here: Path, server: Invenio) -> None:
    import tracemalloc

    from prov4ml_packager.deposit import Server, deposit_crate
    from prov4ml_packager.deposit.source import Source

    large = here / "large.zip"
    with large.open("wb") as stream:
        stream.truncate(64 << 20)
    with zipfile.ZipFile(here / "digits.zip") as archive:
        document = json.loads(archive.read("ro-crate-metadata.json"))
    digest = "7f614da9329cd3aebf59b91aadc30bf0"  # of 64 MiB of zeros, by md5sum
    source = Source(large, document, large, 64 << 20, digest)
    watched = Watched()
    tracemalloc.start()
    deposit_crate(source, Server(server.address, TOKEN), progress=watched)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert watched.done == watched.totals == {"upload": 64 << 20}
    assert peak < 8 << 20


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--publish"], "--publish needs --server; see prov4ml-pack deposit --help"),
        (["--draft", "x"], "--draft needs --server; see prov4ml-pack deposit --help"),
        (
            ["--draft", "x", "--metadata", "d.json", "--server", "https://zenodo.org"],
            "--draft leaves the metadata as they are on the server; leave out --metadata; "
            "see prov4ml-pack deposit --help",
        ),
        (
            ["--server", "http://zenodo.org"],
            "http://zenodo.org: would send the token unencrypted; use https",
        ),
        (["--server", "zenodo.org"], "zenodo.org: is no address of a server; give it as https://zenodo.org"),
        (
            ["--server", "ftp://zenodo.org"],
            "ftp://zenodo.org: is no address of a server; give it as https://zenodo.org",
        ),
        (
            ["--server", "https://ada:pw@zenodo.org"],
            "https://zenodo.org: has a user name or password in it, which others can see; "
            "give it as https://zenodo.org",
        ),
        (
            ["--server", "https://[::1"],
            "https://[::1: is no address (Invalid IPv6 URL); give it as https://zenodo.org",
        ),
        (["--metadata", "no.json"], "no.json: cannot be read: No such file or directory"),
        (["--metadata", "digits.zip"], "digits.zip: is no JSON"),
    ],
)
def test_what_is_asked_for_wrongly(
    here: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["deposit", "digits.zip", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"prov4ml-pack: error: {message}")
    assert err.count("\n") == 1


def test_without_a_token(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PROV4ML_DEPOSIT_TOKEN")
    assert run(["deposit", "digits.zip", "--server", "https://zenodo.org"]) == 2
    assert capsys.readouterr().err == (
        "prov4ml-pack: error: PROV4ML_DEPOSIT_TOKEN is not set: export the token of your account "
        "on the server; "
        "see prov4ml-pack deposit --help\n"
    )
    monkeypatch.setenv("PROV4ML_DEPOSIT_TOKEN", "two words")
    assert run(["deposit", "digits.zip", "--server", "https://zenodo.org"]) == 2
    assert capsys.readouterr().err == (
        "prov4ml-pack: error: https://zenodo.org: the token is empty, or has characters that no token has\n"
    )


def test_nobody_there(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running(Invenio()) as gone:
        address = gone.address
    assert run(["deposit", "digits.zip", "--server", address]) == 2
    assert (
        capsys.readouterr().err == f"prov4ml-pack: error: {address}: cannot be reached: Connection refused\n"
    )
