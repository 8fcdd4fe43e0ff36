"""`diff`: what two runs, crates or documents say differently, and nothing that only the moment decides."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prov4ml_packager.cli.main import run
from prov4ml_packager.comparison import UNCOUNTED, compare, comparison_lines, facets_of
from prov4ml_packager.crate import CrateOptions, build_crate
from prov4ml_packager.finalize import finalize

from ..reader.raw_writer import RawRank, copied_file, make_run
from ..report.runs import hostile_run, ordinary_run


def recorded(path: Path, **changes: Any) -> Path:
    """A run in which each of the compared things is there once."""
    values = {
        "rate": 0.1,
        "loss": 0.5,
        "weights": b"weights",
        "data": "ab" * 32,
        "code": b"code",
        "numpy": "2.0",
    }
    values |= changes
    directory = make_run(path, run_id=path.name)
    rank = RawRank(directory, packages={"numpy": values["numpy"]}, host=path.name)
    rank.tick = len(path.name)  # other times
    rank.param("rate", "float", values["rate"])
    rank.series(1, "loss", "TRAINING")
    rank.series(2, "cpu_usage", "TRAINING")
    rank.point(1, 0, values["loss"])
    rank.point(2, 0, float(len(path.name)))
    places = {"context": None, "step": None, "source": None, "is_input": False, "is_model": True}
    rank.event(
        "artifact",
        name="net",
        file=copied_file(directory, "net.bin", values["weights"]),
        attributes={},
        **places,
    )
    rank.event(
        "dataset", label="digits", context=None, info={}, sha256=values["data"], file=None, **{"class": "csv"}
    )
    code = copied_file(directory, "source/train.py", values["code"])
    rank.event("source_code", files=[code], script="artifacts/source/train.py", git=None)
    rank.end()
    return directory


def differing(a: Path, b: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, list[str]]:
    """Return the keys that count and differ, by section, and check that status, text and JSON agree."""
    status = run(["diff", str(a), str(b), "--json", *options])
    out, err = capsys.readouterr()
    found = json.loads(out)
    sections = {
        name: [one["key"] for one in section["differences"]]
        for name, section in found["sections"].items()
        if section["counts"] and section["differences"]
    }
    assert err == ""
    assert found["same"] == (status == 0) == (not sections)
    assert run(["diff", str(a), str(b), *options]) == status
    last = capsys.readouterr().out.splitlines()[-1]
    words = f"they differ in: {', '.join(sections)}" if sections else "no differences"
    assert last.split(" (not counted")[0] == words
    return sections


def test_a_run_that_was_done_again_is_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = recorded(tmp_path / "one"), recorded(tmp_path / "another")
    assert differing(first, second, capsys) == {}
    assert run(["diff", str(first), str(second), "--all"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "    cpu_usage · TRAINING: 3.0 → 7.0" in lines
    assert "    host: one → another" in lines


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"rate": 0.2}, {"parameters": ["rate"]}),
        ({"loss": 0.25}, {"metrics": ["loss · TRAINING"]}),
        ({"weights": b"other"}, {"results": ["net"]}),
        ({"data": "cd" * 32}, {"data": ["digits"]}),
        ({"code": b"other"}, {"code": ["train.py"]}),
        ({"numpy": "2.1"}, {"environment": ["package numpy"]}),
    ],
    ids=lambda value: next(iter(value)),
)
def test_each_change_is_found_where_it_belongs(
    changes: dict[str, Any],
    expected: dict[str, list[str]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert differing(recorded(tmp_path / "a"), recorded(tmp_path / "b", **changes), capsys) == expected


def test_a_run_its_document_and_its_crate_are_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = ordinary_run(tmp_path / "run")
    finalized = finalize(directory)
    crate = build_crate([finalized.record], tmp_path / "crate.zip", CrateOptions())
    for other in (directory, finalized.prov, crate):
        assert differing(directory, other, capsys) == {}


def test_tolerance_is_for_metrics_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a = recorded(tmp_path / "a", loss=0.5, rate=0.1)
    b = recorded(tmp_path / "b", loss=0.5 * (1 + 1e-7), rate=0.1 * (1 + 1e-7))
    assert set(differing(a, b, capsys)) == {"parameters", "metrics"}
    assert set(differing(a, b, capsys, "--tolerance", "1e-6")) == {"parameters"}


def test_structure_differs_by_what_only_one_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for name, activities in (("a", ["train"]), ("b", ["train", "test"])):
        document = {
            "prefix": {"ex": f"http://example.org/{name}/", "default": f"http://example.org/{name}/"},
            "entity": {"ex:model": {}},
            "activity": {f"ex:{one}": {} for one in activities},
            "wasGeneratedBy": {"_:g": {"prov:entity": "ex:model", "prov:activity": "ex:train"}},
        }
        texts.append(tmp_path / f"{name}.json")
        texts[-1].write_text(json.dumps(document))
    assert run(["diff", *map(str, texts)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "structure (1 differ, 3 equal)", "  + activity test", "", "they differ in: structure",
    ]  # fmt: skip


def test_attacks_and_foreign_documents_are_only_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = hostile_run(tmp_path / "a", "x\x1b[31m\n"), ordinary_run(tmp_path / "b")
    assert run(["diff", str(a), str(b), "--all"]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_documents_of_yprov4ml_compare(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shared / "data" / "yprov4ml-documents"
    bert, mlp = folder / "bert_imdb_0.0005.json", folder / "mlp_mnist_0.01.json"
    assert differing(bert, bert, capsys) == {}
    metrics = differing(bert, mlp, capsys)["metrics"]
    assert "Loss · TRAINING" in metrics


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
DOCUMENTS = st.dictionaries(
    st.sampled_from(["prefix", "entity", "activity", "agent", "used", "wasGeneratedBy", "bundle"]), JSON
)


@given(DOCUMENTS, DOCUMENTS)
def test_any_document_compares_and_equals_itself(first: dict[str, Any], second: dict[str, Any]) -> None:
    a, b = facets_of(first), facets_of(second)
    assert compare(a, a).same
    there, back = compare(a, b), compare(b, a)
    assert there.same == back.same
    for name, found in there.sections.items():
        mirrored = {(one.key, one.b, one.a) for one in back.sections[name]}
        assert {(one.key, one.a, one.b) for one in found} == mirrored
    assert all(line.isprintable() for line in comparison_lines(there))
    assert {"machine", "times"} == UNCOUNTED


def test_nan_is_the_same_as_nan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = recorded(tmp_path / "a", loss=math.nan), recorded(tmp_path / "b", loss=math.nan)
    assert differing(a, b, capsys) == {}


def test_a_namespace_that_the_user_chose_makes_no_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All identifiers of a run begin with the run's own there, and say nothing of what it did."""
    runs = []
    for number, name in enumerate(["a", "b"]):
        runs.append(recorded(tmp_path / name))
        changes = {"uuid": f"5f0c9c1e-3a34-4a1b-9d35-{number:012d}", "user_namespace": "https://example.org/"}
        content = json.loads((runs[-1] / "run.json").read_text())
        (runs[-1] / "run.json").write_text(json.dumps({**content, **changes}))
    assert differing(*runs, capsys) == {}
