"""DVCLive and Lightning's CSVLogger: what the real packages write, and damaged copies of it."""

from argparse import Namespace
from enum import Enum
from pathlib import Path

import pytest
import yaml

from prov4ml_packager.importers.yaml_files import read_parameters
from prov4ml_packager.reader import read_run
from tests.importers.trackers.logged import (
    DVC_METRICS,
    DVC_PARAMETERS,
    LIGHTNING_PARAMETERS,
    LIGHTNING_ROWS,
    typed,
)
from tests.importers.trackers.real_runs import imported, records, series_of


class TestDvcLive:
    """Runs of DVCLive."""

    def test_every_value(self, dvclive_project: Path, tmp_path: Path) -> None:
        (run,) = records(dvclive_project, tmp_path).values()
        found = series_of(run)
        for name, values in DVC_METRICS.items():
            if name != "words":
                points = found[None, name, None]
                assert [(step, value) for step, _, value in points] == [
                    (step, float(value).hex()) for step, value in enumerate(values)
                ]
        assert len(found) == len(DVC_METRICS) - 1
        assert {one.key: typed(one.value) for one in run.parameters} == {
            key: typed(value) for key, value in DVC_PARAMETERS.items()
        }
        finals = {one.key: one.value for one in run.final_metrics}
        assert finals == {"final": 0.75, "words": "three", "step": 2}
        assert [one.name for one in run.artifacts] == ["plots/images/confusion.png"]
        assert (run.experiment, run.run_id) == (dvclive_project.name, "dvclive")

    def test_times_are_those_of_the_table_or_of_the_file(self, dvclive_project: Path, tmp_path: Path) -> None:
        (run,) = records(dvclive_project / "dvclive", tmp_path).values()
        metrics = dvclive_project / "dvclive" / "plots" / "metrics"
        lines = (metrics / "timed" / "train" / "loss.tsv").read_text().splitlines()[1:]
        timed = [time for _, time, _ in series_of(run)[None, "timed/train/loss", None]]
        assert timed == [int(line.split("\t")[0]) * 10**6 for line in lines]
        written = (metrics / "odd.tsv").stat().st_mtime_ns
        assert {time for _, time, _ in series_of(run)[None, "odd", None]} == {written}

    def test_what_does_not_come_over_is_told(self, dvclive_project: Path, tmp_path: Path) -> None:
        (one,) = imported(dvclive_project, tmp_path)
        assert one.lost == (
            "3 values of words: no number",
            "the times of 3 points: DVCLive was not asked for timestamps; they carry the time at which their "
            "file was last written",
            "how the run ended: DVCLive does not keep it; it counts as finished",
        )


class TestDamagedDvcLive:
    """Folders that DVCLive did not write to their end, or not at all."""

    @staticmethod
    def a_run(folder: Path, table: bytes) -> Path:
        metrics = folder / "dvclive" / "plots" / "metrics"
        metrics.mkdir(parents=True)
        (metrics / "loss.tsv").write_bytes(table)
        return folder / "dvclive"

    def test_a_torn_line_is_left_out(self, tmp_path: Path) -> None:
        table = b"timestamp\tstep\tloss\n1600000000001\t0\t0.5\n1600000000002\tx\t1\n1\n1600000000003\t1\t0.2"
        (one,) = imported(self.a_run(tmp_path, table), tmp_path / "out")
        assert list(series_of(read_run(one.directory)).values()) == [
            [(0, 1_600_000_000_001 * 10**6, (0.5).hex())]
        ]
        assert one.lost[:2] == (
            "2 lines of loss.tsv: not as its header says",
            "the last line of loss.tsv: it was not written to its end",
        )

    def test_artifacts_of_dvc_yaml_stay_inside(self, tmp_path: Path) -> None:
        folder = self.a_run(tmp_path, b"step\tloss\n0\t1\n")
        (tmp_path / "secret").write_text("secret")
        (folder / "weights.bin").write_text("abc")
        (folder / "dvc.yaml").write_text(
            "artifacts:\n  a: {path: ../secret, type: model}\n  b: {path: weights.bin, type: model}\n  c: 1\n"
        )
        (one,) = imported(folder, tmp_path / "out")
        declared = {artifact.name: artifact for artifact in one.run.artifacts}
        assert declared["a"].file.path is None
        assert declared["b"].is_model
        assert "artifact a: ../secret is not in dvclive" in one.lost
        assert "artifact c: dvc.yaml gives it no path" in one.lost

    def test_a_bomb_of_aliases_is_refused(self, tmp_path: Path) -> None:
        folder = self.a_run(tmp_path, b"step\tloss\n0\t1\n")
        lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
        for above, name in zip("abcdefgh", "bcdefghi", strict=True):
            lines.append(f"{name}: &{name} [{', '.join([f'*{above}'] * 10)}]")
        (folder / "params.yaml").write_text("\n".join(lines))
        (one,) = imported(folder, tmp_path / "out")
        assert one.run.parameters == ()
        assert (
            "the parameters in params.yaml: it expands to more than 200,000 values or 100 levels" in one.lost
        )

    def test_a_cycle_in_yaml_is_refused(self, tmp_path: Path) -> None:
        folder = self.a_run(tmp_path, b"step\tloss\n0\t1\n")
        (folder / "params.yaml").write_text("a: &a [*a]\n")
        (one,) = imported(folder, tmp_path / "out")
        assert any(line.startswith("the parameters in params.yaml: it expands") for line in one.lost)


class TestLightning:
    """Runs of Lightning's CSVLogger."""

    def test_every_value(self, lightning_folder: Path, tmp_path: Path) -> None:
        runs = records(lightning_folder, tmp_path)
        assert sorted(runs) == ["version_0", "version_1"]
        for run in runs.values():
            found = {
                metric: [(step, value) for step, _, value in points]
                for (_, metric, _), points in series_of(run).items()
            }
            expected: dict[str, list[tuple[int, str]]] = {}
            for step, row in LIGHTNING_ROWS:
                for name, value in row.items():
                    expected.setdefault(name, []).append((step, float(value).hex()))
            assert found == expected
            assert {one.key: typed(one.value) for one in run.parameters} == {
                key: typed(value) for key, value in LIGHTNING_PARAMETERS.items()
            }
            assert run.experiment == "lightning_logs"

    def test_damage_is_told(self, lightning_folder: Path, tmp_path: Path) -> None:
        copy = tmp_path / "lightning_logs" / "version_7"
        (copy / "checkpoints").mkdir(parents=True)
        table = (lightning_folder / "lightning_logs" / "version_0" / "metrics.csv").read_bytes()
        (copy / "metrics.csv").write_bytes(table + b"1,2\n" + table.splitlines()[1][:-1])
        (copy / "checkpoints" / "last.ckpt").write_bytes(b"abc")
        (copy / "hparams.yaml").write_text("lr: !unknown x\n")
        (one,) = imported(tmp_path / "lightning_logs", tmp_path / "out")
        assert one.run.run_id == "version_7"
        assert [(artifact.name, artifact.is_model) for artifact in one.run.artifacts] == [
            ("checkpoints/last.ckpt", True)
        ]
        assert one.lost[:2] == (
            "1 line of metrics.csv: not as its header says",
            "the last line of metrics.csv: it was not written to its end",
        )
        assert one.lost[-1].startswith("the parameters in hparams.yaml: it is no plain YAML: could not")


def test_links_are_told_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    for folder, table in (("version_0", "metrics.csv"), ("dvclive", "plots/metrics/loss.tsv")):
        path = tmp_path / folder / table
        path.parent.mkdir(parents=True)
        path.write_text("step,loss\n0,0.5\n" if folder == "version_0" else "step\tloss\n0\t0.5\n")
        (tmp_path / folder / "checkpoints").mkdir()
        (tmp_path / folder / "checkpoints" / "last.ckpt").symlink_to(tmp_path / "secret")
        (one,) = imported(tmp_path / folder, tmp_path / "out")
        assert "checkpoints/last.ckpt: it is a link, which an import does not follow" in one.lost
        assert one.run.artifacts == ()


def test_whole_numbers_that_no_float_holds_are_told(tmp_path: Path) -> None:
    cells = [str(2**53), str(2**53 + 1), "-" + "9" * 300, "9" * 400, "1e400", "1_000", "-0", "-inf"]
    rows = "".join(f"{step},{cell}\n" for step, cell in enumerate(cells))
    (tmp_path / "version_0").mkdir()
    (tmp_path / "version_0" / "metrics.csv").write_text(f"step,loss\n{rows}")
    (one,) = imported(tmp_path / "version_0", tmp_path / "out")
    assert [value for _, _, value in next(iter(series_of(read_run(one.directory)).values()))] == [
        (2.0**53).hex(), (2.0**53).hex(), (-1e300).hex(), (-0.0).hex(), float("-inf").hex(),
    ]  # fmt: skip
    assert one.lost[:2] == (
        "values: 2 whole numbers beyond 2**53 become the nearest 64-bit float",
        "3 values of loss: no number",
    )


def test_booleans_of_tables_are_numbers_and_nan_of_a_summary_is_none_of_its_own(tmp_path: Path) -> None:
    metrics = tmp_path / "dvclive" / "plots" / "metrics"
    metrics.mkdir(parents=True)
    for name, cells in {"flag": ("True", "False"), "odd": ("1.5", "nan"), "late": ("0.5",)}.items():
        rows = "".join(f"{step}\t{cell}\n" for step, cell in enumerate(cells))
        (metrics / f"{name}.tsv").write_text(f"step\t{name}\n{rows}")
    summary = '{"flag": false, "odd": "nan", "late": "inf", "words": "nan?", "count": 3}'
    (tmp_path / "dvclive" / "metrics.json").write_text(summary)
    (one,) = imported(tmp_path / "dvclive", tmp_path / "out")
    run = read_run(one.directory)
    found = {metric: [value for _, _, value in points] for (_, metric, _), points in series_of(run).items()}
    assert found["flag"] == [(1.0).hex(), (0.0).hex()]
    finals = {final.key: final.value for final in run.final_metrics}
    assert finals == {"late": float("inf"), "words": "nan?", "count": 3}


def test_python_objects_among_parameters_are_described_and_never_made(tmp_path: Path) -> None:
    class Optimizer(Enum):
        ADAM = 1

    content = {
        "optimizer": Optimizer.ADAM,
        "activation": Path,
        "pair": (1, (2, "x")),
        "arguments": Namespace(lr=0.1, layers=[1]),
        "lr": 0.5,
    }
    text = yaml.dump(content) + f"evil: !!python/object/apply:os.system ['touch {tmp_path}/hacked']\n"
    text += "module: !!python/module:os\nword: !!python/str abc\n"
    (tmp_path / "version_0").mkdir()
    (tmp_path / "version_0" / "metrics.csv").write_text("step,loss\n0,1\n")
    (tmp_path / "version_0" / "hparams.yaml").write_text(text)
    (one,) = imported(tmp_path / "version_0", tmp_path / "out")
    found = {parameter.key: parameter.value for parameter in read_run(one.directory).parameters}
    assert found.pop("optimizer") == {"type": f"{__name__}.Optimizer", "value": [1]}
    assert found == {
        "activation": "pathlib.Path",
        "pair": [1, [2, "x"]],
        "arguments": {"type": "argparse.Namespace", "value": {"layers": [1], "lr": 0.1}},
        "lr": 0.5,
        "evil": {"type": "os.system", "value": [f"touch {tmp_path}/hacked"]},
        "module": "os",
        "word": "abc",
    }
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: !!python/object:x.Y &1 {b: *1}\n", "found unconstructable recursive node"),
        ("a: !!python/object:x.Y {b: [}\n", "while parsing"),
        ("a: !!python/object:x.Y " + "[" * 3000 + "]" * 3000 + "\n", ""),
    ],
)
def test_damaged_descriptions_of_objects_are_told(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "metrics.csv").write_text("step,loss\n0,1\n")
    (tmp_path / "hparams.yaml").write_text(text)
    lost: list[str] = []
    assert read_parameters(tmp_path, "hparams.yaml", lost) == {}
    assert len(lost) == 1
    assert lost[0].startswith("the parameters in hparams.yaml: it is no plain YAML: ")
    assert reason in lost[0]
