"""URLs on both sides, against servers on this machine: S3, Google Cloud Storage, the web with TLS."""

import functools
import http.server
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fsspec
import pytest

from prov4ml_packager.cli.main import run
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.metric_table import MetricTable
from prov4ml_packager.remote import is_url, local_source, local_target, name_of
from prov4ml_packager.stores import open_store, write_store

from ..certificate import write_certificate
from ..reader.raw_writer import small_run


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[fsspec.AbstractFileSystem]:
    """A bucket `data` on a server of moto; fsspec finds it by the environment, as users set it."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    files = fsspec.filesystem("s3", skip_instance_cache=True, use_listings_cache=False)
    files.mkdir("data")
    try:
        yield files
    finally:
        files.rm("data", recursive=True)  # what moto holds outlives its server
        fsspec.filesystem("s3").clear_instance_cache()
        server.stop()


def points(table: MetricTable) -> list[bytes]:
    return [one.points().tobytes() for one in table.series]


@pytest.mark.parametrize(
    ("first", "second"), [("a/m.zarr", "b/m.csv"), ("a/m.csv", "b/m.zarr.zip"), ("a/m.nc", "b/m.zarr")]
)
def test_from_a_bucket_to_a_bucket(
    bucket: fsspec.AbstractFileSystem,
    first: str,
    second: str,
    tmp_path: Path,
    small_table: MetricTable,
    capsys: pytest.CaptureFixture[str],
) -> None:
    local = write_store(small_table, tmp_path / name_of(first))
    assert run(["convert", str(local), f"s3://data/{first}"]) == 0
    assert run(["convert", f"s3://data/{first}", f"s3://data/{second}"]) == 0
    assert capsys.readouterr().out == f"s3://data/{first}\ns3://data/{second}\n"
    with local_source(f"s3://data/{second}") as path, open_store(path) as table:
        one_nan = second.endswith(".csv")
        assert [one.count for one in table.series] == [one.count for one in small_table.series]
        assert one_nan or points(table) == points(small_table)
        assert table.attributes == small_table.attributes


def test_a_run_in_a_bucket_becomes_a_crate_in_a_bucket(
    bucket: fsspec.AbstractFileSystem, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = small_run(tmp_path / "digits_0")
    bucket.put(f"{directory}/", "data/runs/digits_0/", recursive=True)
    assert (
        run(["crate", "s3://data/runs/digits_0", "-o", "s3://data/crates/digits.zip", "--license", "MIT"])
        == 0
    )
    assert capsys.readouterr().out == "s3://data/crates/digits.zip\n"
    bucket.get("data/crates/digits.zip", str(tmp_path / "digits.zip"))
    with zipfile.ZipFile(tmp_path / "digits.zip") as archive:
        names = archive.namelist()
    assert any(name.endswith("ro-crate-metadata.json") for name in names)
    assert any(name.endswith("packaged/metrics.csv") for name in names)


def test_an_older_store_is_replaced_as_a_whole(
    bucket: fsspec.AbstractFileSystem, tmp_path: Path, small_table: MetricTable
) -> None:
    bucket.pipe("data/m.zarr/LEFT/value/c.0", b"old")
    local = write_store(small_table, tmp_path / "m.nc")
    assert run(["convert", str(local), "s3://data/m.zarr"]) == 0
    assert not bucket.exists("data/m.zarr/LEFT/value/c.0")


@pytest.mark.parametrize("target", ["s3://data", "s3://data/", "s3://data/other", "s3://data/other/"])
def test_a_folder_with_other_things_is_never_replaced(
    bucket: fsspec.AbstractFileSystem,
    target: str,
    tmp_path: Path,
    small_table: MetricTable,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bucket.pipe("data/other/thesis.tex", b"years of work")
    write_store(small_table, tmp_path / "runs" / "m.nc")
    assert run(["convert", str(tmp_path / "runs"), target, "--to", "csv"]) == 2
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {target}: exists already; choose another name, or remove it\n"
    )
    assert bucket.find("data") == ["data/other/thesis.tex"]


def test_a_file_does_not_take_the_name_of_a_folder(
    bucket: fsspec.AbstractFileSystem,
    tmp_path: Path,
    small_table: MetricTable,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bucket.pipe("data/m.zarr/zarr.json", b"{}")
    local = write_store(small_table, tmp_path / "m.nc")
    assert run(["convert", str(local), "s3://data/m.zarr", "--to", "csv"]) == 2
    assert capsys.readouterr().err == (
        "prov4ml-pack: error: s3://data/m.zarr: is a directory, and a file was to be written\n"
    )


def test_an_empty_bucket_takes_a_folder(
    bucket: fsspec.AbstractFileSystem, tmp_path: Path, small_table: MetricTable
) -> None:
    write_store(small_table, tmp_path / "runs" / "m.nc")
    assert run(["convert", str(tmp_path / "runs"), "s3://data", "--to", "csv"]) == 0
    assert sorted(bucket.find("data")) == ["data/m.csv", "data/m.csv-metadata.json"]


def test_no_bucket_is_made(
    bucket: fsspec.AbstractFileSystem,
    tmp_path: Path,
    small_table: MetricTable,
    capsys: pytest.CaptureFixture[str],
) -> None:
    local = write_store(small_table, tmp_path / "m.nc")
    assert run(["convert", str(local), "s3://misspelt/m.zarr"]) == 2
    assert capsys.readouterr().err == (
        "prov4ml-pack: error: s3://misspelt/m.zarr: cannot be written: The specified bucket does not exist\n"
    )
    assert bucket.ls("") == ["data"]


def test_a_target_in_the_source(
    bucket: fsspec.AbstractFileSystem,
    tmp_path: Path,
    small_table: MetricTable,
    capsys: pytest.CaptureFixture[str],
) -> None:
    local = write_store(small_table, tmp_path / "m.nc")
    assert run(["convert", str(local), "s3://data/m.zarr"]) == 0
    capsys.readouterr()
    assert run(["convert", "s3://data/m.zarr", "s3://data/m.zarr/m.csv"]) == 2
    assert capsys.readouterr().err == (
        "prov4ml-pack: error: s3://data/m.zarr/m.csv: lies in the source itself; "
        "write it beside s3://data/m.zarr\n"
    )


def test_what_is_said_names_the_url(
    bucket: fsspec.AbstractFileSystem, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And not the temporary folder, which nobody can look into any more."""
    bucket.pipe("data/log.csv", b"n,v\n1,9007199254740993\n2,x\n")
    assert run(["convert", "s3://data/log.csv", "s3://data/m.nc", "--columns", "value=v"]) == 2
    assert capsys.readouterr().err == (
        "prov4ml-pack: error: s3://data/log.csv: line 3: the v 'x' is no number\n"
    )
    bucket.pipe("data/log.csv", b"n,v\n1,9007199254740993\n")
    assert run(["convert", "s3://data/log.csv", "s3://data/m.nc", "--columns", "value=v"]) == 0
    assert capsys.readouterr().err == (
        "s3://data/log.csv: 1 whole number beyond 2**53 becomes the nearest 64-bit float\n"
    )
    assert run(["convert", "s3://data/m.nc", "s3://data/m"]) == 2
    assert capsys.readouterr().err.startswith("prov4ml-pack: error: s3://data/m: the name does not say")


def test_nothing_is_taken_if_it_fails(bucket: fsspec.AbstractFileSystem, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("context,metric,source,rank,step,time,value\n,m,,0,0,0,x\n")
    assert run(["convert", str(tmp_path / "m.csv"), "s3://data/m.zarr"]) == 2
    assert bucket.ls("data") == []


def test_what_is_not_there(bucket: fsspec.AbstractFileSystem, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["convert", "s3://data/no.zarr", "x.nc"]) == 2
    assert capsys.readouterr().err == "prov4ml-pack: error: s3://data/no.zarr: does not exist\n"
    with (
        pytest.raises(PackagerError, match="nowhere://a/b: cannot be reached: Protocol not known: nowhere"),
        local_source("nowhere://a/b"),
    ):
        pass


def test_in_memory(tmp_path: Path, small_table: MetricTable) -> None:
    with local_target("memory://stores/m.nc") as path:
        write_store(small_table, path)
    with local_source("memory://stores/m.nc") as path, open_store(path) as table:
        assert points(table) == points(small_table)
    with (
        pytest.raises(PackagerError, match=r"memory://stores/m\.nc: exists already; choose another name"),
        local_target("memory://stores/m.nc", replaces=False),
    ):
        pass
    fsspec.filesystem("memory").rm("/stores", recursive=True)


def test_what_is_a_url() -> None:
    assert is_url("s3://a/b")
    assert not is_url("C:\\a")
    assert not is_url("a/b")
    assert name_of("https://example.org/a/m.nc?token=1") == "m.nc"
    assert name_of("s3://data/what?.nc") == "what?.nc"


def in_a_process(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line where no library has read its environment yet."""
    command = [sys.executable, "-m", "prov4ml_packager", *arguments]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize(("source", "target"), [("s3://data/m.nc", "m.csv"), ("m.nc", "s3://data/m.csv")])
def test_nothing_of_a_url_is_kept(source: str, target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["convert", source, target, "--resume"]) == 2
    url = source if is_url(source) else target
    assert capsys.readouterr().err == (
        f"prov4ml-pack: error: {url}: of a URL nothing is kept to go on with; leave out --resume\n"
    )


def test_no_room_for_what_is_brought(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes(b"context,metric,source,rank,step,time,value\n" * 5000)
    limited = (
        "import resource, sys\n"
        "from prov4ml_packager.cli.main import run\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, "convert", f"file://{tmp_path}/m.csv", str(tmp_path / "m.nc")],
        env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        2,
        f"prov4ml-pack: error: {tmp_path}: cannot write temporary files: File too large; "
        "set TMPDIR to a folder with more space\n",
    )


def test_google_cloud_storage(tmp_path: Path, small_table: MetricTable) -> None:
    from gcp_storage_emulator.server import create_server

    write_store(small_table, tmp_path / "m.zarr")
    server = create_server("127.0.0.1", 0, in_memory=True, default_bucket="data")
    server.start()
    try:
        listening = server._api._httpd.socket
        listening.listen(64)  # it lets five wait, and a sixth for as long as TCP takes to try again
        host, port = listening.getsockname()
        environment = {
            "STORAGE_EMULATOR_HOST": f"http://{host}:{port}",
            "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false",  # else it asks for the kind of bucket by gRPC
        }
        for source, target in (
            (f"{tmp_path}/m.zarr", "gs://data/a/m.zarr"),
            ("gs://data/a/m.zarr", f"{tmp_path}/b.nc"),
        ):
            done = in_a_process("convert", source, target, **environment)
            assert (done.returncode, done.stdout, done.stderr) == (0, f"{target}\n", "")
    finally:
        server.stop()
    with open_store(tmp_path / "b.nc") as table:
        assert points(table) == points(small_table)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def web_server(folder: Path, certificate: Path) -> Iterator[str]:
    """Serve a folder with TLS; its certificate and key are written to `certificate`."""
    context = write_certificate(certificate)
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_a_web_server(tmp_path: Path, small_table: MetricTable) -> None:
    folder = tmp_path / "web"
    folder.mkdir()
    for name in ("m.zarr", "m.nc", "m.csv"):
        write_store(small_table, folder / name)
    trusted = tmp_path / "certificate.pem"
    with web_server(folder, trusted) as url:
        for name in ("m.zarr", "m.nc", "m.csv"):
            target = tmp_path / f"{name}.nc"
            done = in_a_process("convert", f"{url}/{name}", str(target), SSL_CERT_FILE=str(trusted))
            assert (done.returncode, done.stdout, done.stderr) == (0, f"{target}\n", "")
            with open_store(target) as table:
                assert [one.count for one in table.series] == [one.count for one in small_table.series]
                assert table.attributes == small_table.attributes
        done = in_a_process("convert", f"{url}/no.zarr", "x.nc", SSL_CERT_FILE=str(trusted))
        assert (done.returncode, done.stderr) == (
            2,
            f"prov4ml-pack: error: {url}/no.zarr: does not exist; of a server that lists no folders give a "
            "file, such as a .zarr.zip\n",
        )
        done = in_a_process("convert", f"{url}/m.nc", "x.nc")
        assert done.returncode == 2
        assert f"{url}/m.nc: cannot be read: " in done.stderr
        assert "certificate verify failed" in done.stderr


def test_names_in_a_bucket_do_not_lead_out_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = fsspec.filesystem("memory")
    files.pipe("/evil/m.zarr/zarr.json", b"{}")
    names = ["/evil/m.zarr/zarr.json", "/evil/m.zarr/../../outside"]
    with monkeypatch.context() as context:
        context.setattr(type(files), "find", lambda self, path: names)
        with (
            pytest.raises(PackagerError, match="which no path can be made of"),
            local_source("memory://evil/m.zarr"),
        ):
            pass
    files.rm("/evil", recursive=True)
