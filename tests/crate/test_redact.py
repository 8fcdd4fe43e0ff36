"""`crate --redact`: what a reviewer of a double-blind submission must not find, in no byte of no member."""

import gzip
import html
import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from prov4ml_packager.cli.main import run as run_command
from prov4ml_packager.crate import Author, Contact, CrateOptions, Organization, build_crate, without_people
from prov4ml_packager.crate.privacy.pseudonyms import Pseudonyms
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.finalize import finalize
from prov4ml_validators import Severity, validate
from tests.reader.raw_writer import RawRank, copied_file, make_run

from .workflow_runs import VALIDATOR

COMMIT = "feedc0de0123456789abcdef0123456789abcdef"
REMOTE = "git@github.com:zelda-lab/blind-digits.git"
HOST = "gpu7.cluster.uni-example.edu"
NAMES = (
    "zelda", "Zoë Hopper", "Hopper, Zoë", HOST, "gpu7", "uni-example", "/home/zelda", "/home/",
    "zelda.example", REMOTE, "zelda-lab", "blind-digits", COMMIT, COMMIT[:7], "0000-0002-1825-0097",
    "University of Examples",
)  # fmt: skip
FORMS = " ".join(
    [
        f"by zelda on {HOST} in /home/zelda/job of Zoë Hopper <zelda@uni-example.edu>",
        quote("file:///home/zelda/Zoë Hopper", safe=""),
        json.dumps({"at": "gpu7", "who": "Zoë Hopper", "why": "a\nzelda"}),
        f"https://github.com/zelda-lab/blind-digits/tree/{COMMIT} {COMMIT[:9]}",
        "gpu7:/home/zelda/x C:\\Users\\zelda\\x https://orcid.org/0000-0002-1825-0097",
    ]
)
PEOPLE = CrateOptions(
    name=f"Work {FORMS}", description=FORMS, keywords=("zelda",), license="CC-BY-4.0",
    authors=(Author("Zoë Hopper", affiliation=Organization("University of Examples")),),
    contact=Contact("Zoë Hopper", "zelda@uni-example.edu"), url="https://zelda.example/software",
    publisher=Organization("University of Examples", "https://uni-example.edu"),
)  # fmt: skip


def lab_run(path: Path, number: int = 0, **changes: Any) -> Path:
    """Write a run of which every text that a user or a machine chooses names both."""
    run = make_run(
        path, experiment=FORMS, name=FORMS, run_id=f"zelda-{number}", identity="gpu7:29500",
        user_namespace="https://zelda.example/lab#", uuid=f"5f0c9c1e-3a34-4a1b-9d35-0f3b8a1f2c{number:02d}",
        **changes,
    )  # fmt: skip
    rank = RawRank(
        run, host=HOST, user="zelda", script="/home/zelda/job/train.py",
        command=["/home/zelda/job/train.py", f"--note={FORMS}", "--out", "/scratch/zelda/out"],
        platform={"system": "Linux", "release": "6.1-gpu7", "machine": "x86_64"},
        packages={"zelda-utils": "1"},
        git={"commit": COMMIT, "branch": "zelda/x", "dirty": True, "remote": REMOTE},
    )  # fmt: skip
    value = {"type": "str", "value": FORMS}
    rank.event("context", name=FORMS, parent=None)
    rank.param(FORMS, "str", FORMS, context=FORMS, source=FORMS)
    rank.event("tag", key="zelda.tag", value=value)
    rank.series(1, FORMS, FORMS, source=FORMS, unit="zelda of gpu7")
    rank.point(1, 0, 0.5)
    rank.event("command", command=f"python train.py {FORMS}", path="/home/zelda/job")
    rank.event("input", number=1, value=value, file=None)
    weights = copied_file(run, "zelda/home-zelda-gpu7-0123456789.bin", b"weights")
    rank.event(
        "artifact", name=FORMS, context=FORMS, step=1, source=FORMS, is_input=False, is_model=False,
        attributes={FORMS: value}, file={**weights, "original": "/home/zelda/w"},
    )  # fmt: skip
    script = copied_file(run, "source/train_zelda.py", b"print('training')\n")
    rank.event("source_code", files=[script], script=script["path"], git=None)
    rank.event(
        "dataset", label=FORMS, **{"class": "zelda.Data"}, context=FORMS, info={"zelda": value}, sha256=None,
        file=None,
    )  # fmt: skip
    rank.end("failed", error={"type": "OSError", "message": FORMS, "traceback": FORMS})
    return run


def contents(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a member with its bytes, and all that is packed into it."""
    yield name, data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for inner in archive.namelist():
                yield from contents(f"{name}/{inner}", archive.read(inner))
    elif data.startswith(b"\x1f\x8b"):
        yield from contents(f"{name}/gz", gzip.decompress(data))


def hits(crate: Path) -> list[tuple[str, str]]:
    """Return each member whose path or bytes hold a name in any of its forms, in any case."""
    wanted = {
        form.lower().encode()
        for name in NAMES
        for form in (name, quote(name), quote(name, safe=""), json.dumps(name)[1:-1], html.escape(name))
    }
    found = []
    for name, data in contents("", crate.read_bytes()):
        # Chunks of a Zarr store and of a NetCDF file hold numbers; names are in what lies around them.
        lower = name.encode().lower() + b"\n" + data.lower()
        found += [(name, form.decode()) for form in wanted if form in lower]
        found += [(name, form.decode()) for form in wanted if form.decode().encode("utf-16-le") in lower]
    return found


@pytest.mark.parametrize(("spec", "store"), [("1.1", "zarr"), ("1.2", "netcdf"), ("1.3", "csv")])
def test_no_byte_of_a_redacted_crate_names_anybody(tmp_path: Path, spec: Any, store: Any) -> None:
    run = lab_run(tmp_path / "zelda_run")
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    people = replace(PEOPLE, spec=spec, compression="deflate")
    record = finalize(run, to=store, graph=True, card=people).record
    named = build_crate([record], tmp_path / "named.zip", people)
    assert {form for _, form in hits(named)} > {"zelda", "gpu7", "uni-example", "/home/zelda", COMMIT}
    crate = build_crate([record], tmp_path / "blind.zip", without_people(people))
    assert hits(crate) == []
    for judged in (crate, unpacked(crate, tmp_path / "unpacked") / "packaged/prov.json"):
        assert [one for one in validate(judged).findings if one.severity is Severity.MUST] == []
    assert {path: path.read_bytes() for path in before} == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def unpacked(crate: Path, folder: Path) -> Path:
    with zipfile.ZipFile(crate) as archive:
        archive.extractall(folder)
    return folder


def test_a_redacted_crate_still_says_what_was_done(tmp_path: Path) -> None:
    record = finalize(lab_run(tmp_path / "zelda_run")).record
    crate = build_crate([record], tmp_path / "crate", replace(without_people(PEOPLE), spec="1.3"))
    entities = {
        one["@id"]: one for one in json.loads((crate / "ro-crate-metadata.json").read_text())["@graph"]
    }
    assert [one["name"] for one in entities.values() if one["@type"] == "Person"] == ["user-1"]
    assert entities["#software/script"]["url"] == "artifacts/source/train_user-1.py"
    assert entities["./"]["keywords"] == "user-1"
    assert (crate / "artifacts/user-1/home-user-1-host-1.bin").read_bytes() == b"weights"
    assert json.loads((crate / "run.json").read_text())["experiment"] == (
        "by user-1 on host-1 in $HOME/job of user-2 <user-1> "
        "file%3A$HOME%2Fuser-2 "
        '{"at": "host-1", "who": "user-2", "why": "a\\nuser-1"} '
        "repository/tree/commit commit host-1:$HOME/x $HOME\\x user"
    )


def test_the_same_run_gives_the_same_bytes_wherever_it_lies(tmp_path: Path) -> None:
    crates = []
    for home in ("home/ada", "users/bob"):
        record = finalize(lab_run(tmp_path / home / "zelda_run")).record
        crates.append(build_crate([record], tmp_path / home / "c.zip", without_people(PEOPLE)).read_bytes())
    assert crates[0] == crates[1]


def test_several_runs_share_their_pseudonyms(tmp_path: Path) -> None:
    runs = [finalize(lab_run(tmp_path / f"zelda_{number}", number)).record for number in (1, 2)]
    other = make_run(tmp_path / "other")
    RawRank(other, host="gpu8", user="link", command=["train.py", "--like=zelda"]).end()
    records = [*runs, finalize(other).record]
    crate = build_crate(records, tmp_path / "c.zip", without_people(PEOPLE))
    assert hits(crate) == []
    folder = unpacked(crate, tmp_path / "unpacked")
    graph = json.loads((folder / "ro-crate-metadata.json").read_text())["@graph"]
    assert sorted(one["name"] for one in graph if one["@type"] == "Person") == ["user-1", "user-2"]
    assert "--like=user-2" in next(one["description"] for one in graph if one["@id"].endswith("2c77"))
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == [
        "other",
        "user-2_1",
        "user-2_2",
    ]


@pytest.mark.parametrize(
    "changes", [{"profile": "workflow"}, {"profile": "provenance"}, {"bag": True}, {"spec": "1.3"}], ids=str
)
def test_every_kind_of_crate_is_redacted(tmp_path: Path, changes: Any) -> None:
    records = [finalize(lab_run(tmp_path / f"zelda_{number}", number)).record for number in (1, 2)]
    for number in (1, 2):
        crate = build_crate(
            records[:number], tmp_path / f"c{number}.zip", replace(without_people(PEOPLE), **changes)
        )
        assert hits(crate) == []
        assert [one for one in validate(crate).findings if one.severity is Severity.MUST] == []


def test_what_an_author_is_to_look_at_is_said(tmp_path: Path) -> None:
    run = make_run(tmp_path / "zelda_run")
    rank = RawRank(run, host=HOST, user="zelda")
    files = {
        "zelda.py": b"import os\n\n# Author: Zelda\n",
        "plain.py": b"zeldas = 1  # of home\n",
        "late.txt": b"x" * (1 << 20) + b"\nhost: GPU7\n",
        "weights.bin": b"\0\1\2 zelda",
        "named.bin": b"\0\1/data/uni-example.edu/x",
        "cluster.bin": b"\0\1 cluster.uni-example.edu",
        "changed.txt": b"before",
        "zelda_gone.txt": b"gone",
    }
    for name, content in files.items():
        rank.artifact(name, copied_file(run, name, content))
    rank.end()
    record = finalize(run).record
    (run / "artifacts/changed.txt").write_bytes(b"after")
    (run / "artifacts/zelda_gone.txt").unlink()
    lines: list[str] = []
    options = without_people(CrateOptions(license="CC-BY-4.0"))
    build_crate([record], tmp_path / "zelda.zip", options, note=lines.append)
    assert lines == [
        f"{tmp_path}/zelda.zip: the name of the crate itself names a person or a machine",
        f"{run}/artifacts/cluster.bin: has 'cluster.uni-example.edu'; logged files are packed as they are",
        f"{run}/artifacts/late.txt: line 2 has 'GPU7'; logged files are packed as they are",
        f"{run}/artifacts/zelda.py: line 3 has 'Zelda'; logged files are packed as they are",
        f"{run}/artifacts/zelda_gone.txt: was recorded and is gone; the crate does not have it",
        f"{run}/artifacts/changed.txt: is not the file that was logged (its sha256 differs)",
        "the page of the software is left out; give one that names nobody with --url",
    ]


def test_errors_name_the_run_and_not_its_copy(tmp_path: Path) -> None:
    run = lab_run(tmp_path / "zelda_run")
    record = finalize(run).record
    weights = run / "artifacts/zelda/home-zelda-gpu7-0123456789.bin"
    weights.unlink()
    weights.symlink_to("/etc/passwd")
    with pytest.raises(PackagerError) as error:
        build_crate([record], tmp_path / "c.zip", without_people(PEOPLE))
    assert str(error.value) == (f"{weights}: is a link, and a crate takes only what is in the run directory")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["zelda_run"]


def test_raw_files_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = lab_run(tmp_path / "run")
    assert run_command(["crate", str(run), "-o", str(tmp_path / "c.zip"), "--redact", "--with-raw"]) == 2
    assert capsys.readouterr().err == (
        "prov4ml-pack: error: raw files are what the logger wrote, and cannot be redacted; "
        "leave out --with-raw or --redact\n"
    )
    assert not (tmp_path / "c.zip").exists()


def test_the_command_leaves_out_people_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".git").mkdir()  # where the search for a configuration ends
    (tmp_path / "pyproject.toml").write_text(
        '[tool.prov4ml.crate]\nredact = true\nlicense = "CC-BY-4.0"\nauthor = ["Zoë Hopper"]\n'
        'funder = ["University of Examples"]\nurl = "https://zelda.example/software"\n'
    )
    monkeypatch.chdir(tmp_path)
    lab_run(tmp_path / "r")
    url = "https://anonymous.example.org/r/digits"
    assert run_command(["crate", "r", "-o", "c.zip", "--url", url, "--author", "Anonymous"]) == 0
    said = capsys.readouterr()
    assert said.out == "c.zip\n"
    assert "zelda" not in said.err.replace("artifacts/zelda", "")
    assert hits(tmp_path / "c.zip") == []
    with zipfile.ZipFile("c.zip") as archive:
        graph = json.loads(archive.read("ro-crate-metadata.json"))["@graph"]
    assert [one["name"] for one in graph if one["@type"] == "Person"] == ["Anonymous"]
    assert [one["url"] for one in graph if one["@id"] == url] == [url]


def test_names_are_found_as_words_only() -> None:
    names = Pseudonyms()
    names.user("ada")
    names.host("n1.hpc.example.org")
    names.host("10.0.0.5")
    found = names.mask("adam ADA ada_x n1 n12 n2.hpc.example.org root 10 10.0.0.5")
    assert found == "adam user-1 user-1_x host-1 n12 host root 10 host-2"
    root = "/" + "root/y"  # whose home a file of the project may not name
    paths = names.mask(rf"https://h.org/ada/x /data/ada/x:{root} C:\Users\bob\z")
    assert paths == r"https://h.org/user-1/x $HOME/x:$HOME/y $HOME\z"
    assert names.mask("file:///home/eve/x %2fhome%2Fb%20c%2fx") == "file:$HOME/x $HOME%2fx"


def test_words_of_every_sentence_are_no_names() -> None:
    names = Pseudonyms()
    assert (names.user("root"), names.host("train")) == ("user-1", "host-1")
    assert names.mask("root trains train.py") == "root trains train.py"


@pytest.mark.parametrize(
    ("remote", "text", "masked"),
    [
        ("https://github.com/link/hyrule.git", "see http://github.com/link/hyrule/x", "see repository/x"),
        ("ssh://git@host.example.org:22/link/hyrule", "host.example.org:22/link/hyrule", "repository"),
        ("git@host:group/link/hyrule.git", "clone git@host:group/link/hyrule.git", "clone repository"),
        ("/home/link/hyrule", "link to hyrule", "link to hyrule"),
        ("https://github.com/numpy/blind", "numpy 2, numpy/blind", "numpy 2, repository"),
    ],
)  # fmt: skip
def test_repositories(remote: str, text: str, masked: str) -> None:
    names = Pseudonyms()
    names.repository(remote, common={"numpy"})
    assert names.mask(text) == masked


def test_long_texts_are_masked_in_time_that_grows_with_them() -> None:
    names = Pseudonyms()
    names.user("zelda")
    names.host(HOST)
    names.repository(REMOTE)
    for text in (
        "a" * 300_000,
        "/" * 300_000,
        "a." * 150_000,
        "/a" * 150_000,
        "a@" * 150_000,
        "a:" * 150_000,
    ):
        assert names.mask(text) == text


@pytest.mark.skipif(
    not VALIDATOR, reason="needs PROV4ML_ROC_VALIDATOR_PYTHON: a Python that has roc-validator installed"
)
def test_independent_validator_finds_nothing_required(tmp_path: Path, shared: Path) -> None:
    record = finalize(lab_run(tmp_path / "run")).record
    crates = [
        build_crate([record], tmp_path / f"{spec}.zip", replace(without_people(PEOPLE), spec=spec))
        for spec in ("1.1", "1.2", "1.3")
    ]
    tool = [VALIDATOR, shared / "tools" / "offline_roc.py"]
    done = subprocess.run([*tool, *crates], capture_output=True, text=True, cwd=tmp_path)
    reports = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert {report["path"]: report.get("issues", report) for report in reports} == {
        str(crate): [] for crate in crates
    }
