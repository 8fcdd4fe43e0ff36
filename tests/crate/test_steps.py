"""Provenance Run Crates: the contexts of a run as the steps of its workflow."""

import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from prov4ml.rundir import safe_name
from prov4ml_packager.context_steps import is_step_completed, steps_of
from prov4ml_packager.crate import CrateOptions, build_crate
from prov4ml_packager.crate.changed_graph import Changes
from prov4ml_packager.crate.update import update_crate
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.metric_table import series_from_points, sorted_table
from prov4ml_packager.record import ContextRecord
from prov4ml_packager.summary import Terminal, summarize, summary_lines

from .builders import FULL, START, make_run, points
from .workflow_runs import (
    COMMIT,
    NOT_FOR_FILES,
    VALIDATOR,
    findings,
    graph_of,
    ids,
    independent_issues,
    logged_run,
)

STEPS = replace(FULL, profile="provenance")
MAIN = "artifacts/source/Snakefile"
RUN = "urn:uuid:5f0c9c1e-3a34-4a1b-9d35-000000000000"
PAGE = f"https://github.com/example/digits/tree/{COMMIT}"
COMPLETED, FAILED = (f"http://schema.org/{word}ActionStatus" for word in ("Completed", "Failed"))
Graph = dict[str, dict[str, Any]]


def of_type(graph: Graph, kind: str) -> list[dict[str, Any]]:
    return [
        one
        for one in graph.values()
        if kind in (one["@type"] if isinstance(one["@type"], list) else [one["@type"]])
    ]


def tool_actions(graph: Graph) -> dict[str, dict[str, Any]]:
    """Return the action of each step by the step's name, of a crate of one run."""
    return {
        graph[ids(control["instrument"])[0]]["name"]: graph[ids(control["object"])[0]]
        for control in of_type(graph, "ControlAction")
    }


@pytest.mark.parametrize(
    ("spec", "run_version", "main_version"), [("1.1", "0.5", "1.0"), ("1.3", "0.6", "1.1")]
)
def test_every_context_is_a_step_with_a_tool_and_its_actions(
    tmp_path: Path, spec: Any, run_version: str, main_version: str
) -> None:
    run = logged_run(tmp_path / "run")
    crate = build_crate([run], tmp_path / "crate", replace(STEPS, spec=spec))
    graph = graph_of(crate)
    assert ids(graph["./"]["conformsTo"]) == [
        f"https://w3id.org/ro/wfrun/process/{run_version}",
        f"https://w3id.org/ro/wfrun/workflow/{run_version}",
        f"https://w3id.org/ro/wfrun/provenance/{run_version}",
        f"https://w3id.org/workflowhub/workflow-ro-crate/{main_version}",
    ]
    workflow = graph[MAIN]
    assert workflow["@type"] == ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
    assert ids(workflow["hasPart"]) == [f"{PAGE}#training", f"{PAGE}#validation"]
    steps = [graph[one] for one in ids(workflow["step"])]
    assert [(one["@type"], one["name"], one["position"]) for one in steps] == [
        ("HowToStep", "training", 1), ("HowToStep", "validation", 2),
    ]  # fmt: skip
    assert [ids(one["workExample"]) for one in steps] == [[tool] for tool in ids(workflow["hasPart"])]
    controls = {ids(one["instrument"])[0]: one for one in of_type(graph, "ControlAction")}
    assert set(controls) == set(ids(workflow["step"]))
    for step in steps:
        control = controls[step["@id"]]
        (action,) = (graph[one] for one in ids(control["object"]))
        assert action["@type"] == "CreateAction"
        assert action["instrument"] == step["workExample"]
        assert (action["actionStatus"], control["actionStatus"]) == (COMPLETED, COMPLETED)
        assert action["agent"] == graph[RUN]["agent"]
        assert action["@id"] in ids(graph["./"]["mentions"])
    for tool in ids(workflow["hasPart"]):
        assert graph[tool]["@type"] == "SoftwareApplication"
        assert (graph[tool]["url"], graph[tool]["version"]) == (PAGE, COMMIT)
    assert ids(workflow["softwareRequirements"]) == ["https://pypi.org/project/numpy/2.0/"]
    (organize,) = of_type(graph, "OrganizeAction")
    assert sorted(ids(organize["object"])) == sorted(one["@id"] for one in controls.values())
    assert organize["result"] == {"@id": RUN}
    engine = graph[ids(organize["instrument"])[0]]
    assert (engine["name"], engine["version"]) == ("prov4ml", "0.1.0")
    assert graph[RUN]["instrument"] == {"@id": MAIN}
    message = f'the @id of the tool is "{MAIN}"'
    assert findings(crate) == {(f"process-run-crate-{run_version}/tool-id", message)}


def test_from_1_3_on_tools_without_a_page_have_the_workflow_in_the_crate_as_url(tmp_path: Path) -> None:
    options = replace(STEPS, spec="1.3", url=None)
    crate = build_crate([logged_run(tmp_path / "run", git=None)], tmp_path / "crate", options)
    graph = graph_of(crate)
    tools = [graph[one] for one in ids(graph[MAIN]["hasPart"])]
    assert [(one["name"], one["url"]) for one in tools] == [
        ("train.py: training", MAIN), ("train.py: validation", MAIN),
    ]  # fmt: skip
    assert not [rule for rule, _ in findings(crate) if rule.startswith("ro-crate-1.3/")]


def test_a_step_has_what_was_logged_in_its_context(tmp_path: Path) -> None:
    graph = graph_of(build_crate([logged_run(tmp_path / "run")], tmp_path / "crate", STEPS))
    actions = tool_actions(graph)
    training, validation = actions["training"], actions["validation"]
    assert training["startTime"] == "2023-11-14T22:13:30.000+00:00"
    assert training["endTime"] == "2023-11-14T22:13:45.000+00:00"
    assert ids(training["object"]) == ["artifacts/data-0.csv", "#parameter/training/lr"]
    assert ids(training["result"]) == [
        "artifacts/net-v1.bin", "artifacts/net-v2.bin", "#metric/training/loss/rank_0",
    ]  # fmt: skip
    assert ids(validation["object"]) == ["artifacts/data-1.csv", "#parameter/validation/lr"]
    assert ids(validation["result"]) == ["#metric/validation/loss/rank_0"]
    (usage,) = (graph[one] for one in ids(training["resourceUsage"]))
    assert (usage["value"], usage["unitCode"]) == ("15.0", "http://qudt.org/vocab/unit/SEC")
    tool = graph[ids(training["instrument"])[0]]
    assert ids(tool["input"]) == [
        "#workflow/input/artifact/data-training-5ca9c6875b",
        "#workflow/input/parameter/training/lr",
    ]
    assert ids(tool["output"]) == ["#workflow/output/model/net", "#workflow/output/metric/training/loss"]
    everything = ids(graph[RUN]["object"]) + ids(graph[RUN]["result"])
    assert {one for action in actions.values() for one in ids(action["object"])} <= set(everything)


def test_energy_is_that_of_the_step(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    measured = [
        series_from_points(points(1000.0, 500.0), metric="energy_consumed", context="training", unit="J"),
        series_from_points(points(200.0), metric="energy_consumed", context="validation", unit="J"),
    ]
    run = replace(run, metrics=sorted_table([*run.metrics.series, *measured]))
    graph = graph_of(build_crate([run], tmp_path / "crate", STEPS))
    energy = {
        name: [graph[one]["value"] for one in ids(action["resourceUsage"]) if graph[one]["name"] == "energy"]
        for name, action in tool_actions(graph).items()
    }
    assert energy == {"training": ["1500.0"], "validation": ["200.0"]}


def test_of_a_run_that_failed_the_steps_before_are_completed(tmp_path: Path) -> None:
    error = {"type": "ValueError", "message": "loss is NaN", "traceback": None}
    run = logged_run(
        tmp_path / "run",
        contexts=("loading", "training", "testing"),
        end={"status": "failed", "error": error},
    )
    loading, training, testing = (
        replace(context, start=START + begin, end=START + end)
        for context, (begin, end) in zip(steps_of(run), ((0, 5), (6, 30), (20, 25)), strict=True)
    )
    run = replace(run, contexts=(training, testing, loading))
    assert [is_step_completed(run, one) for one in (loading, training, testing)] == [True, False, False]
    crate = build_crate([run], tmp_path / "crate", STEPS)
    actions = tool_actions(graph_of(crate))
    assert {name: (one["actionStatus"], one.get("error")) for name, one in actions.items()} == {
        "loading": (COMPLETED, None),
        "training": (FAILED, "ValueError: loss is NaN"),
        "testing": (FAILED, "ValueError: loss is NaN"),
    }
    assert not [rule for rule, _ in findings(crate) if "run-crate" in rule and not rule.endswith("/tool-id")]


def test_a_single_instant_is_a_step_that_is_over() -> None:
    run = make_single_instants()
    assert [one.name for one in steps_of(run)] == ["first", "second"]
    assert [is_step_completed(run, one) for one in steps_of(run)] == [True, False]


def make_single_instants() -> Any:
    class Failed:
        status = "failed"
        contexts = (ContextRecord("second", None, 7, 7), ContextRecord("first", None, 3, 3))

    return Failed()


HOSTILE = (
    "../../x",
    "a b",
    "a-b",
    "A-b",
    "naïve#ü",
    "%2e%2e",
    "#",
    "run",
    "line\nbreak",
    "x" * 200,
    "<b>&\"'",
)


def test_no_name_of_a_context_breaks_an_identifier(tmp_path: Path) -> None:
    run = logged_run(tmp_path / "run", contexts=HOSTILE)
    crate = build_crate([run], tmp_path / "crate", STEPS)
    graph = graph_of(crate)
    steps = [graph[one] for one in ids(graph[MAIN]["step"])]
    assert [one["name"] for one in steps] == list(HOSTILE)
    assert (
        len({one["@id"] for one in steps})
        == len({ids(one["workExample"])[0] for one in steps})
        == len(HOSTILE)
    )
    made = [
        one["@id"]
        for kind in ("HowToStep", "FormalParameter", "PropertyValue")
        for one in of_type(graph, kind)
    ]
    assert all(re.fullmatch(r"#[A-Za-z0-9/._%~-]+", one) for one in made)
    for action in (
        *of_type(graph, "ControlAction"),
        *of_type(graph, "CreateAction"),
        *of_type(graph, "OrganizeAction"),
    ):
        assert uuid.UUID(action["@id"].removeprefix("urn:uuid:"))
    assert {rule for rule, _ in findings(crate)} == {"process-run-crate-0.5/tool-id"}


def test_a_context_with_nothing_made_is_an_activate_action(tmp_path: Path) -> None:
    run = logged_run(tmp_path / "run")
    idle = ContextRecord("waiting", None, run.start, run.start)
    crate = build_crate([replace(run, contexts=(*run.contexts, idle))], tmp_path / "crate", STEPS)
    action = tool_actions(graph_of(crate))["waiting"]
    assert action["@type"] == "ActivateAction"
    assert "result" not in action


@pytest.mark.parametrize(
    ("maker", "taker", "positions"),
    [("training", "validation", [1, 2]), ("validation", "training", [None, None])],
)
def test_steps_are_numbered_unless_one_needs_what_comes_later(
    tmp_path: Path, maker: str, taker: str, positions: list[int | None]
) -> None:
    run = logged_run(tmp_path / "run")
    (data,) = [one for one in run.artifacts if one.name == f"data {taker}"]
    made = replace(data, name="made", context=maker, is_input=False)
    crate = build_crate([replace(run, artifacts=(*run.artifacts, made))], tmp_path / "crate", STEPS)
    graph = graph_of(crate)
    assert [graph[one].get("position") for one in ids(graph[MAIN]["step"])] == positions
    assert ids(graph[data.file.path or ""]["exampleOfWork"]) == [
        f"#workflow/input/artifact/{safe_name(data.name)}", "#workflow/output/artifact/made",
    ]  # fmt: skip


def test_without_a_page_of_the_software_tools_are_local(tmp_path: Path) -> None:
    run = logged_run(tmp_path / "run", git=None)
    graph = graph_of(build_crate([run], tmp_path / "crate", replace(STEPS, url=None)))
    assert ids(graph[MAIN]["hasPart"]) == ["#workflow/tool/training", "#workflow/tool/validation"]


def test_a_logger_without_a_known_page_organizes_nothing(tmp_path: Path) -> None:
    run = logged_run(tmp_path / "run", logger={"name": "somebody's", "version": "3"})
    crate = build_crate([run], tmp_path / "crate", replace(STEPS, spec="1.3"))
    graph = graph_of(crate)
    assert of_type(graph, "OrganizeAction") == []
    assert len(of_type(graph, "ControlAction")) == 2
    assert {rule for rule, _ in findings(crate)} == {"process-run-crate-0.6/tool-id"}


def test_several_runs_take_the_same_steps(tmp_path: Path) -> None:
    runs = [
        logged_run(tmp_path / "digits_1", number=1, contexts=("training", "validation")),
        logged_run(tmp_path / "digits_2", number=2, contexts=("loading", "training")),
    ]
    crate = build_crate(runs, tmp_path / "crate", STEPS)
    graph = graph_of(crate)
    main = graph[graph["./"]["mainEntity"]["@id"]]
    names = [(graph[one]["position"], graph[one]["name"]) for one in ids(main["step"])]
    assert names == [(1, "training"), (2, "loading"), (3, "validation")]
    controls = of_type(graph, "ControlAction")
    assert sorted(graph[ids(one["instrument"])[0]]["name"] for one in controls) == [
        "loading", "training", "training", "validation",
    ]  # fmt: skip
    organized = {ids(one["result"])[0]: len(ids(one["object"])) for one in of_type(graph, "OrganizeAction")}
    assert organized == {f"urn:uuid:{run.uuid}": 2 for run in runs}
    assert {rule for rule, _ in findings(crate)} == {"process-run-crate-0.5/tool-id"}


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        (
            {"contexts": ()},
            STEPS,
            "{run}: logged nothing in a context, and the steps of a Provenance Run Crate are contexts; "
            "choose --profile workflow or process",
        ),
        (
            {"sources": {}},
            STEPS,
            "{run}: has no source, and a Provenance Run Crate has a main workflow; "
            "log it with log_source_code(path), or choose --profile process",
        ),
        (
            {},
            replace(STEPS, spec="1.2"),
            "no run profile was made for RO-Crate 1.2; choose --spec 1.1 or 1.3",
        ),
    ],
)
def test_runs_without_steps(
    tmp_path: Path, changes: dict[str, Any], options: CrateOptions, message: str
) -> None:
    run = logged_run(tmp_path / "run", **changes)
    with pytest.raises(PackagerError) as caught:
        build_crate([run], tmp_path / "crate", options)
    assert str(caught.value) == message.format(run=tmp_path / "run")
    assert not (tmp_path / "crate").exists()


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    run = logged_run(tmp_path / "run", contexts=HOSTILE)
    first, second = (build_crate([run], tmp_path / name, STEPS) for name in ("a.zip", "b.zip"))
    assert first.read_bytes() == second.read_bytes()


def test_the_preview_shows_the_steps(tmp_path: Path) -> None:
    run = logged_run(tmp_path / "run", contexts=("training", "<i>x</i>"))
    page = (build_crate([run], tmp_path / "crate", STEPS) / "ro-crate-preview.html").read_text()
    section = page.split('<section id="steps">')[1].split("</section>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", section.split("<tbody>")[1])
    cells = [[re.sub("<[^>]*>", "", one) for one in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]
    assert cells == [
        ["training", "2023-11-14 22:13:30 UTC", "15.0 s", "1", "3"],
        ["&lt;i&gt;x&lt;/i&gt;", "2023-11-14 22:13:40 UTC", "5.0 s", "1", "1"],
    ]


def test_inspect_tells_steps_from_runs(tmp_path: Path) -> None:
    crate = build_crate([logged_run(tmp_path / "run")], tmp_path / "crate", STEPS)
    summary = summarize(crate)
    assert [one["action"] for one in summary["actions"]] == ["digits, run 0"]
    assert [(one["step"], one["action"]) for one in summary["steps"]] == [
        ("training", "training of digits, run 0"),
        ("validation", "validation of digits, run 0"),
    ]
    assert summary["workflow"] == ["Snakefile"]
    lines = list(summary_lines(summary, Terminal(200, False, False)))
    assert "workflow:     Snakefile" in lines
    assert "steps (2)" in lines


def test_an_update_leaves_the_steps(tmp_path: Path) -> None:
    crate = build_crate([logged_run(tmp_path / "run")], tmp_path / "crate", STEPS)
    notes = tmp_path / "notes.md"
    notes.write_text("# What we learnt\n")
    update_crate(crate, Changes(datetime(2026, 3, 4, tzinfo=UTC), add={"notes.md": notes}))
    assert len(tool_actions(graph_of(crate))) == 2
    assert {rule for rule, _ in findings(crate) if "provenance-run" in rule} == set()


@pytest.mark.skipif(
    not VALIDATOR, reason="needs PROV4ML_ROC_VALIDATOR_PYTHON: a Python that has roc-validator installed"
)
def test_independent_validator_asks_only_for_what_a_file_cannot_have(tmp_path: Path, shared: Path) -> None:
    runs = [
        logged_run(tmp_path / "digits_1", number=1, contexts=HOSTILE[:4]),
        logged_run(tmp_path / "digits_2", number=2, end={"status": "failed"}),
    ]
    crates = [build_crate(runs[:1], tmp_path / "one.zip", STEPS), build_crate(runs, tmp_path / "many", STEPS)]
    found = independent_issues(shared / "tools" / "offline_roc.py", crates)
    assert found == [(["provenance-run-crate-0.5"], NOT_FOR_FILES)] * 2
