"""What is no metric point: parameters, contexts, files, inputs and outputs, models, datasets, code."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import prov4ml
from prov4ml import Context, Prov4MLError
from tests.logger.raw import events, only


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def stored(directory: Path, file: dict[str, Any]) -> bytes:
    return (directory / file["path"]).read_bytes()


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        (True, {"type": "bool", "value": True}),
        (3, {"type": "int", "value": 3}),
        (2**60, {"type": "int", "value": str(2**60)}),
        (0.1, {"type": "float", "value": 0.1}),
        (float("nan"), {"type": "float", "value": "NaN"}),
        (float("-inf"), {"type": "float", "value": "-INF"}),
        (np.float64(0.5), {"type": "float", "value": 0.5}),
        ("SGD\n\ud800", {"type": "str", "value": "SGD\n\ud800"}),
        (None, {"type": "null", "value": None}),
        ((1, float("inf")), {"type": "json", "value": [1, "INF"]}),
        ({"a": [True, None]}, {"type": "json", "value": {"a": [True, None]}}),
    ],
)
def test_parameters_keep_their_type(
    run: prov4ml.Run, rank_path: Path, value: object, typed: dict[str, Any]
) -> None:
    prov4ml.log_param("p", value, Context.TRAINING, "config.yaml", is_input=False)
    prov4ml.end_run()
    param = only(rank_path, "param")
    assert param["value"] == typed
    assert (param["key"], param["context"], param["source"], param["is_input"]) == (
        "p",
        "TRAINING",
        "config.yaml",
        False,
    )


def test_a_context_may_be_under_another(run: prov4ml.Run, rank_path: Path) -> None:
    prov4ml.log_context("WARM_UP", is_subcontext_of=Context.TRAINING)
    prov4ml.log_metric("m", 1.0, "WARM_UP")
    with pytest.raises(Prov4MLError, match="cannot be under itself"):
        prov4ml.log_context("A", "A")
    with pytest.raises(Prov4MLError, match="context None is the run itself; pass a name"):
        prov4ml.log_context(None)
    prov4ml.end_run()
    declared = [(event["name"], event["parent"]) for event in events(rank_path, "context")]
    assert declared[:2] == [("TRAINING", None), ("WARM_UP", "TRAINING")]


def test_a_file_is_copied_and_described(run: prov4ml.Run, rank_path: Path, tmp_path: Path) -> None:
    source = tmp_path / "confusion.csv"
    source.write_bytes(b"a,b\n1,2\n")
    prov4ml.log_artifact(
        "confusion matrix",
        source,
        Context.TESTING,
        step=3,
        source="eval.py",
        log_copy_subdirectory="plots/../../final",
        other_attrs={"classes": 10},
    )
    prov4ml.end_run()
    artifact = only(rank_path, "artifact")
    file = artifact["file"]
    assert stored(rank_path.parent, file) == source.read_bytes()
    assert (rank_path.parent / file["path"]).resolve().is_relative_to(rank_path.parent / "artifacts")
    assert (file["kind"], file["size"], file["sha256"], file["files"]) == (
        "file",
        8,
        sha256(source.read_bytes()),
        1,
    )
    assert (artifact["context"], artifact["step"], artifact["source"]) == ("TESTING", 3, "eval.py")
    assert artifact["attributes"] == {"classes": {"type": "int", "value": 10}}


def test_one_name_logged_twice_keeps_both_contents(run: prov4ml.Run, rank_path: Path, tmp_path: Path) -> None:
    source = tmp_path / "weights.bin"
    for content in (b"first", b"second", b"second"):
        source.write_bytes(content)
        prov4ml.log_artifact("weights", source)
    prov4ml.end_run()
    files = [event["file"] for event in events(rank_path, "artifact")]
    assert [stored(rank_path.parent, file) for file in files] == [b"first", b"second", b"second"]
    assert len({file["path"] for file in files}) == 2  # the same content is stored once


def test_a_directory_is_copied_without_its_links(run: prov4ml.Run, rank_path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "checkpoint"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "b").write_bytes(b"bb")
    (folder / "a").write_bytes(b"a")
    (folder / "link").symlink_to("/etc/passwd")
    prov4ml.log_artifact("checkpoint", folder, is_model=True)
    prov4ml.end_run()
    file = only(rank_path, "artifact")["file"]
    copied = rank_path.parent / file["path"]
    assert sorted(path.relative_to(copied).as_posix() for path in copied.rglob("*")) == [
        "a",
        "inner",
        "inner/b",
    ]
    listing = f"{sha256(b'a')}  a\n{sha256(b'bb')}  inner/b\n".encode()
    assert (file["kind"], file["size"], file["files"], file["sha256"]) == ("directory", 3, 2, sha256(listing))


def test_by_reference_nothing_is_copied(run: prov4ml.Run, rank_path: Path, tmp_path: Path) -> None:
    source = tmp_path / "big.bin"
    source.write_bytes(b"12345")
    prov4ml.log_artifact("big", source, log_copy_in_prov_directory=False)
    prov4ml.end_run()
    file = only(rank_path, "artifact")["file"]
    assert (file["path"], file["original"], file["size"]) == (None, str(source), 5)
    assert file["sha256"] == sha256(b"12345")
    assert not (rank_path.parent / "artifacts").exists()


def test_a_missing_artifact_warns_once_and_training_goes_on(
    run: prov4ml.Run, rank_path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        prov4ml.log_artifact("missing", tmp_path / "missing.pt")
    prov4ml.end_run()
    assert len(caplog.messages) == 1
    assert "log_artifact: FileNotFoundError" in caplog.messages[0]
    assert "missing.pt" in caplog.messages[0]
    assert not events(rank_path, "artifact")
    assert events(rank_path, "warning")[-1]["count"] == 3


HOSTILE_NAMES = [
    "../x",
    "a" * 300,
    "line\nbreak",
    "😀",
    "CON",
    "Loss",
    "loss",
    "nul\0",
    "\ud800",
    "/etc/passwd",
    "..",
]


def test_hostile_names_stay_inside_and_apart(run: prov4ml.Run, rank_path: Path, tmp_path: Path) -> None:
    source = tmp_path / "file.bin"
    for number, name in enumerate(HOSTILE_NAMES):
        source.write_bytes(str(number).encode())
        prov4ml.log_artifact(name, source)
    prov4ml.end_run()
    logged = events(rank_path, "artifact")
    assert [event["name"] for event in logged] == HOSTILE_NAMES
    contents = [stored(rank_path.parent, event["file"]) for event in logged]
    assert contents == [str(number).encode() for number in range(len(HOSTILE_NAMES))]
    artifacts = (rank_path.parent / "artifacts").resolve()
    for event in logged:
        assert (rank_path.parent / event["file"]["path"]).resolve().parent == artifacts
    folded = [event["file"]["path"].lower() for event in logged]
    assert len(set(folded)) == len(folded)


@pytest.mark.parametrize("experiment", HOSTILE_NAMES)
def test_a_hostile_experiment_stays_in_the_save_path(tmp_path: Path, experiment: str) -> None:
    save_path = tmp_path / "deep" / "prov"
    with prov4ml.start_run(experiment, prov_save_path=save_path, disable_codecarbon=True):
        prov4ml.log_metric(experiment, 1.0, experiment)
    (directory,) = save_path.iterdir()
    assert (directory / "rank_0" / "events.jsonl").exists()
    assert [entry.name for entry in tmp_path.iterdir()] == ["deep"]
    assert [entry.name for entry in (tmp_path / "deep").iterdir()] == ["prov"]
    assert only(directory / "rank_0", "series")["key"] == experiment


def test_inputs_and_outputs_are_numbered(run: prov4ml.Run, rank_path: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_bytes(b"x\n1\n")
    prov4ml.log_input(data)
    prov4ml.log_input(42)
    prov4ml.log_input("no such file")
    prov4ml.log_output(data, log_copy_in_prov_directory=False)
    prov4ml.end_run()
    first, second, third = events(rank_path, "input")
    assert (first["number"], first["value"], stored(rank_path.parent, first["file"])) == (1, None, b"x\n1\n")
    assert (second["number"], second["value"], second["file"]) == (2, {"type": "int", "value": 42}, None)
    assert third["value"] == {"type": "str", "value": "no such file"}
    output = only(rank_path, "output")
    assert (output["number"], output["file"]["path"], output["file"]["size"]) == (1, None, 4)


def test_model_versions_are_numbered_and_linked(run: prov4ml.Run, rank_path: Path) -> None:
    prov4ml.save_model_version(b"one", "net", Context.TRAINING, step=1)
    prov4ml.save_model_version(b"two", "net", Context.TRAINING, step=2)
    prov4ml.save_model_version(b"two and a half", "net", Context.TRAINING, step=3, incremental=False)
    prov4ml.save_model_version(b"other", "head")
    prov4ml.end_run()
    versions = events(rank_path, "model_version")
    numbers = [(event["name"], event["version"], event["previous"]) for event in versions]
    assert numbers == [("net", 1, None), ("net", 2, 1), ("net", 2, 1), ("head", 1, None)]
    assert stored(rank_path.parent, versions[0]["file"]) == b"one"
    assert not (rank_path.parent / versions[1]["file"]["path"]).exists()  # replaced
    assert stored(rank_path.parent, versions[2]["file"]) == b"two and a half"


def test_a_scikit_learn_model_is_described_and_saved(run: prov4ml.Run, rank_path: Path) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    model = linear_model.LogisticRegression().fit(np.eye(3), [0, 1, 2])
    prov4ml.log_model(model, "classifier", log_model_layers=True)
    prov4ml.log_model("swapped", model, log_as_artifact=False)
    prov4ml.end_run()
    first, second = events(rank_path, "model")
    assert first["name"] == "classifier"
    assert first["class"].endswith("LogisticRegression")
    assert first["file"]["size"] == (rank_path.parent / first["file"]["path"]).stat().st_size
    assert (second["name"], second["file"]) == ("swapped", None)


def test_a_pytorch_model_and_loader_are_described(run: prov4ml.Run, rank_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="needs torch: make test-torch")
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))
    data = torch.utils.data.TensorDataset(torch.zeros(10, 4), torch.zeros(10))
    loader = torch.utils.data.DataLoader(data, batch_size=4, shuffle=True)
    state = torch.random.get_rng_state()
    prov4ml.log_model(model, "net", log_model_layers=True)
    prov4ml.log_dataset(loader, "train")
    prov4ml.log_flops_per_batch("flops", model, torch.zeros(4, 4), Context.TRAINING)
    prov4ml.end_run()
    assert torch.equal(state, torch.random.get_rng_state())
    described = only(rank_path, "model")
    assert (described["parameters"], described["trainable_parameters"]) == (23, 23)
    assert described["memory_bytes"] == 23 * 4
    assert [layer["class"].rsplit(".")[-1] for layer in described["layers"]] == ["Linear", "ReLU", "Linear"]
    info = {name: typed["value"] for name, typed in only(rank_path, "dataset")["info"].items()}
    assert (info["samples"], info["batch_size"], info["batches"], info["shuffle"]) == (10, 4, 3, True)
    # Two matrix products of 2·m·n·k operations each.
    assert only(rank_path, "series")["unit"] == "FLOP"
    from tests.logger.raw import points

    assert points(rank_path)["TRAINING", "flops", None][0].value == 2 * 4 * 4 * 3 + 2 * 4 * 3 * 2


def test_datasets_have_a_hash_of_their_content(run: prov4ml.Run, rank_path: Path, tmp_path: Path) -> None:
    prov4ml.log_dataset(np.arange(6).reshape(2, 3), "a")
    prov4ml.log_dataset("b", np.arange(6).reshape(2, 3))
    prov4ml.log_dataset(np.arange(6).reshape(3, 2), "c")
    (tmp_path / "data.bin").write_bytes(b"123")
    prov4ml.log_dataset(tmp_path / "data.bin", "d")
    prov4ml.end_run()
    a, b, c, d = events(rank_path, "dataset")
    assert a["label"] == "a"
    assert b["label"] == "b"
    assert a["sha256"] == b["sha256"] != c["sha256"]
    assert a["info"]["shape"] == {"type": "json", "value": [2, 3]}
    assert (d["file"]["sha256"], d["file"]["path"]) == (sha256(b"123"), None)


def test_the_running_script_and_its_modules_are_logged(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("VALUE = 1\n")
    script = tmp_path / "train.py"
    script.write_text(
        "import prov4ml, helper\n"
        f"with prov4ml.start_run('e', prov_save_path={str(tmp_path / 'prov')!r}, disable_codecarbon=True):\n"
        "    prov4ml.log_source_code()\n"
        "    prov4ml.log_execution_command(['python', 'train.py', '--name', 'a b'], 'train.py')\n"
    )
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, script], check=True, timeout=60, env=environment)
    directory = tmp_path / "prov" / "e_0"
    logged = only(directory / "rank_0", "source_code")
    assert sorted(Path(file["original"]).name for file in logged["files"]) == ["helper.py", "train.py"]
    assert (directory / logged["script"]).read_text() == script.read_text()
    command = only(directory / "rank_0", "command")
    assert (command["command"], command["path"]) == ("python train.py --name 'a b'", "train.py")


def test_a_folder_of_sources_is_logged_without_secrets_and_installed_code(
    run: prov4ml.Run, rank_path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    left_out = [
        ".git/config",
        ".env",
        "__pycache__/a.pyc",
        "venv/pyvenv.cfg",
        "venv/lib/x.py",
        "prov/e_0/run.json",
    ]
    for name in ["train.py", "model/net.py", "config.yaml", *left_out]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / "link.py").symlink_to(folder / ".env")
    prov4ml.log_source_code(folder, use_git=False)
    prov4ml.end_run()
    files = only(rank_path, "source_code")["files"]
    assert sorted(stored(rank_path.parent, file).decode() for file in files) == [
        "config.yaml",
        "model/net.py",
        "train.py",
    ]


def test_system_metrics_have_units(run: prov4ml.Run, rank_path: Path) -> None:
    prov4ml.log_system_metrics(Context.TRAINING, step=1)
    prov4ml.log_current_execution_time("elapsed", Context.TRAINING)
    prov4ml.end_run()
    units = {event["key"]: event["unit"] for event in events(rank_path, "series")}
    assert units.pop("elapsed") == "s"
    assert sum(unit == "%" for unit in units.values()) >= 3


def test_carbon_metrics_that_were_disabled_say_so_once(
    run: prov4ml.Run, rank_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        prov4ml.log_carbon_metrics(Context.TRAINING)
    prov4ml.end_run()
    assert caplog.messages == ["prov4ml: carbon metrics: disabled by disable_codecarbon=True"]
    assert not events(rank_path, "series")
