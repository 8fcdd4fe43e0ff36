"""Crates of runs whose source is a workflow: Workflow Run Crate, its main workflow and its parameters."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from prov4ml_packager.crate import build_crate
from prov4ml_packager.crate.changed_graph import Changes
from prov4ml_packager.crate.options import Spec
from prov4ml_packager.crate.update import update_crate
from prov4ml_packager.crate.workflow.languages import (
    is_workflow,
    language_of,
    language_of_run,
    library_of,
)
from prov4ml_packager.errors import PackagerError
from prov4ml_validators import validate

from .builders import FULL
from .workflow_runs import (
    COMMIT,
    NOT_FOR_FILES,
    SNAKEFILE,
    VALIDATOR,
    findings,
    graph_of,
    ids,
    independent_issues,
    logged_run,
)

RUN = "urn:uuid:5f0c9c1e-3a34-4a1b-9d35-000000000000"
MAIN = "artifacts/source/Snakefile"
TIME = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spec", "descriptor", "profiles"),
    [
        (
            "1.1",
            ["https://w3id.org/ro/crate/1.1", "https://w3id.org/workflowhub/workflow-ro-crate/1.0"],
            [
                "https://w3id.org/ro/wfrun/process/0.5",
                "https://w3id.org/ro/wfrun/workflow/0.5",
                "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
            ],
        ),
        (
            "1.3",
            ["https://w3id.org/ro/crate/1.3"],
            [
                "https://w3id.org/ro/wfrun/process/0.6",
                "https://w3id.org/ro/wfrun/workflow/0.6",
                "https://w3id.org/workflowhub/workflow-ro-crate/1.1",
            ],
        ),
    ],
)
def test_a_logged_workflow_file_makes_a_workflow_run_crate(
    tmp_path: Path, spec: Any, descriptor: list[str], profiles: list[str]
) -> None:
    notes: list[str] = []
    run = logged_run(tmp_path / "run")
    crate = build_crate([run], tmp_path / "crate", replace(FULL, spec=spec), note=notes.append)
    assert notes[0] == (
        "Snakefile is a workflow: the crate is a Workflow Run Crate; --profile process makes another"
    )
    graph = graph_of(crate)
    assert ids(graph["ro-crate-metadata.json"]["conformsTo"]) == descriptor
    assert ids(graph["./"]["conformsTo"]) == profiles
    assert all("CreativeWork" in graph[one]["@type"] for one in profiles)
    assert graph["./"]["mainEntity"] == {"@id": MAIN}
    assert graph[RUN]["instrument"] == {"@id": MAIN}
    workflow = graph[MAIN]
    assert workflow["@type"] == ["File", "SoftwareSourceCode", "ComputationalWorkflow"]
    assert workflow["conformsTo"] == {
        "@id": "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
    }
    assert (workflow["version"], workflow["url"]) == (
        COMMIT,
        f"https://github.com/example/digits/tree/{COMMIT}",
    )
    assert workflow["creator"] == graph["./"]["author"]
    assert workflow["sdPublisher"] == graph["./"]["publisher"]
    assert workflow["license"] == graph["./"]["license"]
    assert workflow["encodingFormat"] == "text/plain"
    language = graph[ids(workflow["programmingLanguage"])[0]]
    assert language["@id"] == "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
    assert (language["name"], language["version"]) == ("Snakemake", "8.1")
    readme = graph["README.md"]
    assert (readme["about"], readme["encodingFormat"]) == ({"@id": "./"}, "text/markdown")
    assert "README.md" in ids(graph["./"]["hasPart"])
    assert (crate / "README.md").read_text().startswith("# `Digits, classified`\n")
    # That a tool's @id should be absolute cannot hold for a file of the crate, which this one must be.
    version = profiles[0].rpartition("/")[2]
    message = f'the @id of the tool is "{MAIN}"'
    assert findings(crate) == {(f"process-run-crate-{version}/tool-id", message)}


def test_other_runs_stay_process_runs(tmp_path: Path) -> None:
    script = {"train.py": b"print('training')\n"}
    run = logged_run(tmp_path / "run", sources=script, script="artifacts/source/train.py")
    notes: list[str] = []
    crate = build_crate([run], tmp_path / "crate", FULL, note=notes.append)
    graph = graph_of(crate)
    assert graph["./"]["conformsTo"] == {"@id": "https://w3id.org/ro/wfrun/process/0.5"}
    assert "mainEntity" not in graph["./"]
    assert not (crate / "README.md").exists()
    assert notes == []
    assert findings(crate) == set()


def test_the_choice_goes_before_what_suits(tmp_path: Path) -> None:
    run = logged_run(tmp_path / "run")
    graph = graph_of(build_crate([run], tmp_path / "crate", replace(FULL, profile="process")))
    assert graph["./"]["conformsTo"] == {"@id": "https://w3id.org/ro/wfrun/process/0.5"}
    graph = graph_of(build_crate([run], tmp_path / "plain", replace(FULL, spec="1.2")))
    assert "conformsTo" not in graph["./"]


def test_parameters_and_what_filled_them_refer_to_each_other(tmp_path: Path) -> None:
    graph = graph_of(build_crate([logged_run(tmp_path / "run", number=7)], tmp_path / "crate", FULL))
    action = graph["urn:uuid:5f0c9c1e-3a34-4a1b-9d35-000000000007"]
    slots = {one: graph[one] for side in ("input", "output") for one in ids(graph[MAIN][side])}
    assert {(one["name"], one["additionalType"]) for one in slots.values()} == {
        ("epochs", "Integer"),
        ("layers", "Text"),
        ("optimizer", "PropertyValue"),
        ("lr", "Float"),
        ("data training", "File"),
        ("data validation", "File"),
        ("loss", "Float"),
        ("net", "File"),
    }
    for identifier, slot in slots.items():
        assert slot["@type"] == "FormalParameter"
        side = "object" if identifier in ids(graph[MAIN]["input"]) else "result"
        for example in ids(slot["workExample"]):
            assert identifier in ids(graph[example]["exampleOfWork"])
            assert example in ids(action[side])
    (net,) = [one for one in slots.values() if one["name"] == "net"]
    assert ids(net["workExample"]) == ["artifacts/net-v1.bin", "artifacts/net-v2.bin"]
    (epochs,) = [one for one in slots.values() if one["name"] == "epochs"]
    assert graph[ids(epochs["workExample"])[0]]["value"] == 7
    named = {entity["@id"] for entity in graph.values() if "exampleOfWork" in entity}
    assert MAIN not in named | set(ids(action["object"]))


def test_what_was_written_about_a_run_is_no_output_of_it(tmp_path: Path) -> None:
    graph = graph_of(build_crate([logged_run(tmp_path / "run")], tmp_path / "crate", FULL))
    for trace in ("packaged/prov.json", "packaged/graph.svg", "run.json"):
        assert graph[trace]["about"] == {"@id": RUN}
        assert trace not in ids(graph[RUN]["result"])
    assert "packaged/metrics.csv" in ids(graph[RUN]["result"])


def test_the_script_of_a_workflow_is_a_part_of_it(tmp_path: Path) -> None:
    graph = graph_of(build_crate([logged_run(tmp_path / "run")], tmp_path / "crate", FULL))
    script = graph[ids(graph[MAIN]["hasPart"])[0]]
    assert (script["@type"], script["name"]) == ("SoftwareApplication", "train.py")
    assert ids(script["softwareRequirements"]) == ["https://pypi.org/project/numpy/2.0/"]
    assert "softwareRequirements" not in graph[MAIN]


def test_from_1_3_on_a_script_without_a_page_has_a_url(tmp_path: Path) -> None:
    run = logged_run(tmp_path / "run", git=None)
    crate = build_crate([run], tmp_path / "crate", replace(FULL, spec="1.3", url=None))
    graph = graph_of(crate)
    script = graph[ids(graph[MAIN]["hasPart"])[0]]
    assert script["url"] == script["@id"] == "#workflow/script/train.py"
    assert not [rule for rule, _ in findings(crate) if rule.startswith("ro-crate-1.3/")]


def test_a_script_can_be_the_main_workflow(tmp_path: Path) -> None:
    sources = {"train.py": b"import model\n", "model.py": b""}
    run = logged_run(tmp_path / "run", sources=sources, script="artifacts/source/train.py")
    crate = build_crate([run], tmp_path / "crate", replace(FULL, profile="workflow"))
    graph = graph_of(crate)
    assert graph["./"]["mainEntity"] == {"@id": "artifacts/source/train.py"}
    script = graph["artifacts/source/train.py"]
    assert graph[ids(script["programmingLanguage"])[0]]["version"] == "3.11.7"
    assert ids(script["softwareRequirements"]) == ["https://pypi.org/project/numpy/2.0/"]
    assert "hasPart" not in script
    assert "artifacts/source/model.py" in ids(graph[RUN]["object"])
    assert findings(crate) == {
        ("process-run-crate-0.5/tool-id", 'the @id of the tool is "artifacts/source/train.py"')
    }


def test_of_a_folder_the_script_that_ran_counts_unless_a_workflow_is_asked_for(tmp_path: Path) -> None:
    sources = {"Snakefile": SNAKEFILE, "train.py": b""}
    run = logged_run(tmp_path / "run", sources=sources, script="artifacts/source/train.py")
    assert "mainEntity" not in graph_of(build_crate([run], tmp_path / "a", FULL))["./"]
    graph = graph_of(build_crate([run], tmp_path / "b", replace(FULL, profile="workflow")))
    assert graph["./"]["mainEntity"] == {"@id": MAIN}


def test_of_several_workflow_files_the_entry_point_counts(tmp_path: Path) -> None:
    sources = {"modules/a.nf": b"", "b.nf": b"", "main.nf": b"nextflow.enable.dsl = 2\n"}
    graph = graph_of(build_crate([logged_run(tmp_path / "run", sources=sources)], tmp_path / "crate", FULL))
    assert graph["./"]["mainEntity"] == {"@id": "artifacts/source/main.nf"}
    language = graph["https://w3id.org/workflowhub/workflow-ro-crate#nextflow"]
    assert language["version"] == "dsl = 2"


@pytest.mark.parametrize(
    ("name", "content", "language", "version"),
    [
        ("Snakefile", SNAKEFILE, "Snakemake", "8.1"),
        ("rules/train.smk", b"", "Snakemake", "unspecified"),
        ("a.cwl", b"cwlVersion: v1.2\nclass: Workflow\n", "Common Workflow Language", "v1.2"),
        ("a.cwl", b'{"class": "Workflow", "cwlVersion": "v1.0"}', "Common Workflow Language", "v1.0"),
        ("a.cwl", b"cwlVersion: v1.2\nclass: CommandLineTool\n", None, None),
        ("main.nf", b"nextflow.enable.dsl=2\n", "Nextflow", "dsl=2"),
        ("a.ga", b'{"a_galaxy_workflow": "true", "format-version": "0.1"}', "Galaxy", "0.1"),
        ("a.wdl", b"version 1.1\nworkflow w {\n}\n", "Workflow Description Language", "1.1"),
        ("a.wdl", b"version 1.1\ntask t {\n}\n", None, None),
        ("a.knwf", b"PK\x03\x04", "KNIME", "unspecified"),
        ("dvc.yaml", b"stages:\n  train:\n", "DVC", "unspecified"),
        ("dvc.yaml", b"plots: []\n", None, None),
        ("w.yaml", b"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\n", "Argo Workflows", "v1alpha1"),
        ("w.yaml", b"apiVersion: v1\nkind: Workflow\n", None, None),
        ("flow.py", b"from parsl import python_app\n", "Python", "3.11.7"),
        ("train.py", b"# not from parsl import x\nimport torch\n", None, None),
        ("a.ipynb", b'{"cells": [],\n "nbformat": 4}\n', None, None),
        ("train.sh", b"python train.py\n", None, None),
        ("main.R", b"library(keras)\n", None, None),
    ],
)
def test_workflows_are_told_from_scripts(
    tmp_path: Path, name: str, content: bytes, language: str | None, version: str | None
) -> None:
    found = language_of(name.rpartition("/")[2])
    assert found is not None
    assert is_workflow(found, content) == (language is not None)
    if language is not None:
        entity = language_of_run(found, logged_run(tmp_path / "run"), content)
        assert (entity["name"], entity["version"]) == (language, version)
        assert entity["@type"] == "ComputerLanguage"
        assert str(entity["url"]).startswith("https://")


def test_the_library_of_a_python_workflow_is_its_platform(tmp_path: Path) -> None:
    sources = {"flow.py": b"import parsl\n"}
    packages = {"parsl": "2025.1.6"}
    run = logged_run(tmp_path / "run", sources=sources, packages=packages, script="/home/ada/flow.py")
    graph = graph_of(build_crate([run], tmp_path / "crate", FULL))
    workflow = graph["artifacts/source/flow.py"]
    assert workflow["runtimePlatform"] == "parsl 2025.1.6"
    assert workflow["description"] == "The workflow that ran, in Python with parsl 2025.1.6."
    python = language_of("flow.py")
    assert python is not None
    assert library_of(python, run, b"import os\n") is None


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (
            {},
            "{run}: has no source, and a Workflow Run Crate has a main workflow; "
            "log it with log_source_code(path), or choose --profile process",
        ),
        (
            {"a.py": b"", "b.py": b""},
            "{run}: has several source files, none of which is known to be the one that ran, and a Workflow "
            "Run Crate has a main workflow; log it with log_source_code(path), or choose --profile process",
        ),
        (
            {"program.xyz": b""},
            "'program.xyz' is in a language that is not known, and a main workflow has one; "
            "choose --profile process, or log the workflow itself with log_source_code",
        ),
    ],
)
def test_a_workflow_that_is_asked_for_and_not_there(
    tmp_path: Path, sources: dict[str, bytes], message: str
) -> None:
    run = logged_run(tmp_path / "run", sources=sources)
    with pytest.raises(PackagerError) as caught:
        build_crate([run], tmp_path / "crate", replace(FULL, profile="workflow"))
    assert str(caught.value) == message.format(run=tmp_path / "run")
    assert not (tmp_path / "crate").exists()


def test_runs_of_one_workflow_are_one_crate(tmp_path: Path) -> None:
    runs = [logged_run(tmp_path / f"digits_{number}", number=number) for number in (1, 2)]
    crate = build_crate(runs, tmp_path / "crate", FULL)
    graph = graph_of(crate)
    main = "digits_1/artifacts/source/Snakefile"
    assert graph["./"]["mainEntity"] == {"@id": main}
    actions = [graph[f"urn:uuid:{run.uuid}"] for run in runs]
    assert [one["instrument"] for one in actions] == [{"@id": main}] * 2
    assert not {"digits_1/" + MAIN, "digits_2/" + MAIN} & {
        one for action in actions for one in ids(action["object"])
    }
    epochs = "#workflow/input/parameter/run/epochs"
    filled = {entity["value"] for entity in graph.values() if epochs in ids(entity.get("exampleOfWork"))}
    assert filled == {1, 2}
    assert ids(graph[epochs]["workExample"]) == ["#digits_1/parameter/run/epochs"]
    assert findings(crate) == {("process-run-crate-0.5/tool-id", f'the @id of the tool is "{main}"')}


def test_runs_of_different_workflows(tmp_path: Path) -> None:
    runs = [
        logged_run(tmp_path / f"digits_{number}", number=number, sources={"Snakefile": b"#" * number})
        for number in (1, 2)
    ]
    assert "mainEntity" not in graph_of(build_crate(runs, tmp_path / "crate", FULL))["./"]
    with pytest.raises(PackagerError) as caught:
        build_crate(runs, tmp_path / "other", replace(FULL, profile="workflow"))
    assert str(caught.value) == (
        f"{tmp_path / 'digits_2'}: its 'Snakefile' is not the file that {tmp_path / 'digits_1'} ran, and a "
        "Workflow Run Crate has one main workflow; package each in a crate of its own, or choose "
        "--profile process"
    )


def test_a_workflow_without_a_repository_has_its_digest_as_version(tmp_path: Path) -> None:
    run = logged_run(tmp_path / "run", git=None)
    graph = graph_of(build_crate([run], tmp_path / "crate", replace(FULL, url=None)))
    assert graph[MAIN]["version"] == f"sha256:{graph[MAIN]['sha256']}"
    assert "url" not in graph[MAIN]


def test_names_of_workflows_that_are_no_paths(tmp_path: Path) -> None:
    run = logged_run(tmp_path / "run", sources={"my #1 wörkflow.nf": b""})
    crate = build_crate([run], tmp_path / "crate", FULL)
    main = graph_of(crate)["./"]["mainEntity"]["@id"]
    assert main == "artifacts/source/my%20%231%20w%C3%B6rkflow.nf"
    assert {rule for rule, _ in findings(crate)} == {"process-run-crate-0.5/tool-id"}


def test_the_same_runs_give_the_same_bytes(tmp_path: Path) -> None:
    runs = [logged_run(tmp_path / f"digits_{number}", number=number) for number in (1, 2)]
    first, second = (build_crate(runs, tmp_path / name, FULL) for name in ("a.zip", "b.zip"))
    assert first.read_bytes() == second.read_bytes()


def test_an_update_leaves_the_main_workflow(tmp_path: Path) -> None:
    crate = build_crate([logged_run(tmp_path / "run")], tmp_path / "crate", FULL)
    before = (crate / "ro-crate-metadata.json").read_bytes()
    with pytest.raises(PackagerError, match=r"would not be valid: .* has no instrument"):
        update_crate(crate, Changes(TIME, remove=[MAIN]))
    with pytest.raises(PackagerError) as caught:
        update_crate(crate, Changes(TIME, properties={"mainEntity": "x"}))
    assert str(caught.value) == (
        f"{crate}: mainEntity: cannot be set; set a property such as name, description or license"
    )
    assert (crate / "ro-crate-metadata.json").read_bytes() == before
    notes = tmp_path / "notes.md"
    notes.write_text("# What we learnt\n")
    update_crate(crate, Changes(TIME, add={"notes.md": notes}, remove=["artifacts/data-0.csv"]))
    graph = graph_of(crate)
    assert graph["./"]["mainEntity"] == {"@id": MAIN}
    assert not [rule for rule, _ in findings(crate) if "workflow" in rule and "example" not in rule]


@pytest.mark.parametrize("spec", ["1.1", "1.3"])
def test_the_readme_follows_what_an_update_sets(tmp_path: Path, spec: Spec) -> None:
    """As if the crate had been made with the new values, however often they are set."""
    run = logged_run(tmp_path / "run")
    options = replace(FULL, spec=spec, description=None)
    new = replace(
        options, name="Digits `again`", description="Once\nmore.", license="MIT", identifier="10.1234/five"
    )
    crate = build_crate([run], tmp_path / "crate", options)
    for properties in (
        {"name": "Digits, otherwise", "keywords": "digits"},
        {"name": "Digits `again`", "license": "MIT"},
        {"description": "Once\nmore."},
        {"identifier": "10.1234/five"},
    ):
        update_crate(crate, Changes(TIME, properties=properties))
    expected = build_crate([run], tmp_path / "expected", new)
    readme = (crate / "README.md").read_bytes()
    assert readme == (expected / "README.md").read_bytes()
    assert graph_of(crate)["README.md"] == graph_of(expected)["README.md"]
    assert validate(crate).is_valid()
    update_crate(crate, Changes(TIME, properties={"name": "Digits"}, remove=["artifacts/data-0.csv"]))
    assert (crate / "README.md").read_bytes() == readme.replace(b"`` Digits `again` ``", b"`Digits`")


def test_a_readme_of_others_does_not_follow(tmp_path: Path) -> None:
    run = logged_run(tmp_path / "run")
    crate = build_crate([run], tmp_path / "crate", FULL)
    ours = (crate / "README.md").read_text()
    mine = tmp_path / "mine.md"
    mine.write_text(ours.replace("## Runs", "## Runs\n\nThe second one is good."))
    update_crate(crate, Changes(TIME, remove=["README.md"], add={"README.md": mine}))
    update_crate(crate, Changes(TIME, properties={"name": "Digits"}))
    assert (crate / "README.md").read_text() == mine.read_text()

    edited = build_crate([run], tmp_path / "edited", FULL)
    (edited / "README.md").write_text(mine.read_text())
    update_crate(edited, Changes(TIME, properties={"name": "Digits"}))
    assert (edited / "README.md").read_text() == mine.read_text()


@pytest.mark.skipif(
    not VALIDATOR, reason="needs PROV4ML_ROC_VALIDATOR_PYTHON: a Python that has roc-validator installed"
)
def test_independent_validator_asks_only_for_what_a_file_cannot_have(tmp_path: Path, shared: Path) -> None:
    runs = [logged_run(tmp_path / f"digits_{number}", number=number) for number in (1, 2)]
    crates = [build_crate(runs[:1], tmp_path / "one.zip", FULL), build_crate(runs, tmp_path / "many", FULL)]
    found = independent_issues(shared / "tools" / "offline_roc.py", crates)
    assert found == [(["workflow-run-crate-0.5"], NOT_FOR_FILES)] * 2
