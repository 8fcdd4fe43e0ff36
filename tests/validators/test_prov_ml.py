"""Rules for ML provenance: small documents, the documents of real runs, and our own."""

import json
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prov4ml_validators import Severity, validate

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / "../shared/data"
CRATES = sorted((ROOT / "fixtures/format-1/crates").glob("*.zip"))
Json = dict[str, Any]
Damage = Callable[[Json], object]

NOON, ONE = "2026-01-01T12:00:00Z", "2026-01-01T13:00:00Z"


def ml_document() -> Json:
    """A run with a context, a parameter, a metric and a model, as prov4ml writes them."""

    def typed(name: str) -> Json:
        return {"$": f"p:{name}", "type": "xsd:QName"}

    return {
        "prefix": {
            "default": "urn:uuid:0a#",
            "p": "https://w3id.org/prov4ml/terms#",
            "dcterms": "http://purl.org/dc/terms/",
            "ex": "http://example.org/",
        },
        "entity": {
            "lr": {"prov:type": typed("Parameter"), "prov:value": {"$": "0.1", "type": "xsd:double"}},
            "loss": {"prov:type": typed("Metric"), "p:store": "metrics.csv", "p:count": 2, "p:last": 0.5},
            "net": {"prov:type": typed("Model"), "p:path": "artifacts/net.bin"},
        },
        "activity": {
            "run": {"prov:type": typed("Run"), "prov:startTime": NOON, "prov:endTime": ONE},
            "training": {
                "prov:startTime": NOON,
                "prov:endTime": ONE,
                "dcterms:isPartOf": {"$": "run", "type": "xsd:QName"},
            },
        },
        "used": {"_:u": {"prov:activity": "run", "prov:entity": "lr"}},
        "wasGeneratedBy": {
            "_:1": {"prov:entity": "loss", "prov:activity": "training", "prov:time": ONE},
            "_:2": {"prov:entity": "net", "prov:activity": "run"},
        },
    }


def found(tmp_path: Path, document: Json) -> list[str]:
    path = tmp_path / "prov.json"
    path.write_text(json.dumps(document))
    return [one.rule for one in validate(path).at_or_above(Severity.SHOULD)]


def value(text: Any, key: str = "ex:value") -> Damage:
    return lambda document: document["entity"]["lr"].update({key: text})


def entity(attributes: Json) -> Damage:
    return lambda document: document["entity"]["lr"].update(attributes)


def relation(kind: str, arguments: Json) -> Damage:
    return lambda document: document.setdefault(kind, {}).update({"_:m": arguments})


def activity(name: str, **times: str) -> Damage:
    return lambda document: document["activity"][name].update(
        {f"prov:{key}": text for key, text in times.items()}
    )


def ended(status: str, error: str | None) -> Damage:
    how = {"p:status": status} if error is None else {"p:status": status, "p:errorType": error}
    return lambda document: document["activity"]["run"].update(how)


def run_of(size: int, recorded: int, collects_all: bool) -> Damage:
    def change(document: Json) -> None:
        document["activity"]["run"].update(
            {"p:worldSize": size, "p:recordedRanks": recorded, "p:collectAllProcesses": collects_all}
        )
        for rank in range(recorded):
            document["activity"][f"rank.{rank}"] = {
                "prov:startTime": NOON, "prov:endTime": ONE, "p:rank": {"$": str(rank), "type": "xsd:int"}
            }  # fmt: skip

    return change


def without(section: str, name: str) -> Damage:
    return lambda document: document[section].pop(name)


def test_a_good_document_has_no_finding(tmp_path: Path) -> None:
    assert found(tmp_path, ml_document()) == []


CASES: list[tuple[str, Damage]] = [
    ("elided-list", value("[0, 0, 0, ..., 4, 4, 4]")),
    ("elided-list", value("[0.1 0.2 ... nan 0.4]")),
    ("elided-list", value("[[1. 2.]\n ...\n [3. 4.]]")),
    ("elided-list", value({"$": "['a', ..., 'z']", "type": "xsd:string"})),
    ("elided-list", value(["fine", "[1., 2. , ..., 3.]"])),
    ("python-text", value("np.float64(0.25)")),
    ("python-text", value("[np.float64(0.25), np.float64(0.5)]")),
    ("python-text", value("tensor(0.3, grad_fn=<X>)")),
    ("python-text", value("Context.TRAINING")),
    ("python-text", value("metrics/MSE_Context.TRAINING_GR0.nc")),
    ("python-text", value("<torch.optim.Adam object at 0x7f00aa>")),
    ("python-text", value("array([0.1, 0.2], dtype=float32)")),
    ("python-text", value("PosixPath('data/train.csv')")),
    ("python-text", value("datetime.datetime(2026, 1, 31, 12, 0)")),
    ("python-text", value("<class 'torch.optim.Adam'>")),
    ("list-as-text", value("[0.9, 0.5, nan]")),
    ("list-as-text", value("['[True, False]', '[False]']")),
    ("number-as-text", value("0.001")),
    ("number-as-text", value("-3e5")),
    ("parameter-used", without("used", "_:u")),
    ("result-generated", without("wasGeneratedBy", "_:1")),
    ("result-generated", without("wasGeneratedBy", "_:2")),
    ("one-generation", relation("wasGeneratedBy", {"prov:entity": "net", "prov:activity": "training"})),
    ("status-error", ended("finished", "OSError")),
    ("metric-store", lambda d: d["entity"]["loss"].pop("p:store")),
    ("metric-store", lambda d: d["entity"]["loss"].pop("p:count")),
    ("metric-store", lambda d: d["entity"]["loss"].pop("p:last")),
    ("self-reference", relation("hadMember", {"prov:collection": "net", "prov:entity": ["lr", "net"]})),
    ("self-reference", relation("wasInformedBy", {"prov:informed": "run", "prov:informant": "run"})),
    ("activity-times", lambda d: d["activity"]["training"].pop("prov:endTime")),
    ("time-zone", activity("training", endTime="2026-01-01T12:30:00")),
    ("time-zone", lambda d: d["wasGeneratedBy"]["_:1"].update({"prov:time": "2026-01-01T12:30:00.5"})),
    ("time-attribute", lambda d: d["entity"]["net"].update({"prov:generatedAtTime": NOON})),
    ("outside-run", activity("training", startTime="2026-01-01T11:59:59Z")),
    ("outside-run", activity("training", endTime="2026-01-01T14:30:00+01:00")),
    ("ranks", run_of(4, 3, True)),
    ("ranks", run_of(2, 1, True)),
    ("namespace-ending", lambda d: d["prefix"].update(no="http://example.org/terms")),
    ("host-path", value("/home/maria/project/train.py")),
    ("host-path", value("python /scratch/p1/train.py --fast")),
    ("host-path", value("C:\\Users\\maria\\train.py")),
    ("host-path", value("--data=~maria/data.csv")),
    ("host-path", value("file:///data/set/train.csv")),
    ("user-name", value("maria", "ex:user_id")),
    ("secret", value("AKIAIOSFODNN7EXAMPLE")),
    ("secret", value("token ghp_" + "a1B2" * 9)),
    ("secret", value("hf_" + "abcDEF123" * 4)),
    ("secret", value("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNza")),
    ("secret", value("postgres://maria:hunter22@db/runs")),
    ("secret", value("train.py --api-key=9f8e7d6c5b4a")),
    ("secret", value("train.py --password hunter2hunter2")),
    ("secret", value("correcthorse", "ex:wandb_api_key")),
    ("secret", entity({"prov:label": "db_password", "prov:value": "correcthorse"})),
]  # fmt: skip


@pytest.mark.parametrize(("name", "damage"), CASES, ids=[f"{name}-{n}" for n, (name, _) in enumerate(CASES)])
def test_damage_breaks_its_rule(tmp_path: Path, name: str, damage: Damage) -> None:
    document = ml_document()
    damage(document)
    assert found(tmp_path, document) == [f"prov-ml/{name}"]


NEAR_MISSES: list[Damage] = [
    value("and so on ... or not"),
    value("see [1], ... and [2]"),
    value("f(...)"),
    value("loading..., 3 files"),
    value("Compose(RandomRotation(10), ToTensor())"),
    value("the Context. A sentence"),
    value("an array of (three) numbers"),
    value("subarray([0])x"),
    relation("wasGeneratedBy", {"prov:entity": "net", "prov:activity": "run"}),
    relation("wasGeneratedBy", {"prov:entity": "net", "prov:time": ONE}),
    ended("failed", "OSError"),
    ended("finished", None),
    value("MyContext.TRAINING"),
    value({"$": "[1, 2]", "type": "xsd:string"}),
    value({"$": "0.001", "type": "xsd:string"}),
    value("3.11", "ex:python_version"),
    value("0", "ex:run_id"),
    value("12 epochs"),
    value("1.2.3"),
    value("and/or"),
    value("artifacts/net/v1.bin"),
    value("https://example.org/data/train.csv"),
    value("s3://bucket/data/train.csv"),
    value("/dev/null"),
    value("a / b"),
    value("text/csv"),
    value("--max-tokens 512000 --tokenizer bert-base-uncased"),
    value("tokenizer=bert-base-uncased-v2"),
    value("--password ***"),
    value("https://user:***@example.org/x"),
    value("api_key=${WANDB_API_KEY_2}"),
    value("a" * 40),
    value("69b72959e26b2ab3bab044053afec39494b1c75bb4918ecb0ba7db1481bd12b6"),
    value("***", "ex:api_key"),
    lambda d: d.setdefault("agent", {}).update({"maria": {"ex:user_name": "maria"}}),
    run_of(4, 4, True),
    run_of(4, 1, False),
    run_of(1, 1, True),
    lambda d: d["used"].update({"_:m": d["wasGeneratedBy"].pop("_:2") | {"prov:activity": "run"}}),
    lambda d: d["wasGeneratedBy"].update({"_:p": d["used"].pop("_:u")}),
    relation("alternateOf", {"prov:alternate1": "net", "prov:alternate2": "net"}),
    activity("training", startTime="2026-01-01T13:30:00+01:00"),
    lambda d: d["prefix"].update(u="urn:uuid:5f0c6a52:"),
]  # fmt: skip


@pytest.mark.parametrize("change", NEAR_MISSES, ids=[str(number) for number in range(len(NEAR_MISSES))])
def test_near_misses_have_no_finding(tmp_path: Path, change: Damage) -> None:
    document = ml_document()
    change(document)
    assert found(tmp_path, document) == []


def test_other_documents_are_only_asked_for_lost_points_and_secrets(tmp_path: Path) -> None:
    document = {
        "prefix": {"ex": "http://example.org/terms"},
        "activity": {"ex:a": {"prov:startTime": "2026-01-01T12:00:00", "ex:n": "3", "ex:user": "maria"}},
        "entity": {"ex:e": {"ex:list": "[1, 2, ..., 9]", "ex:key": "AKIAIOSFODNN7EXAMPLE"}},
    }
    assert found(tmp_path, document) == ["prov-ml/elided-list", "prov-ml/secret"]


def test_a_secret_is_not_repeated_in_its_finding(tmp_path: Path) -> None:
    document = ml_document()
    value("train.py --password hunter2hunter2")(document)
    path = tmp_path / "prov.json"
    path.write_text(json.dumps(document))
    (finding,) = validate(path).at_or_above(Severity.SHOULD)
    assert finding.message == 'value of "lr" holds what looks like the value of a password, key or token'
    assert (finding.location.pointer, finding.location.line) == ("/entity/lr/ex:value", 1)


def test_messages_say_what_was_lost_and_when(tmp_path: Path) -> None:
    document = ml_document()
    value("[0, 0, 0, ..., 4, 4, 4]")(document)
    activity("training", endTime="2026-01-01T13:00:01Z")(document)
    path = tmp_path / "prov.json"
    path.write_text(json.dumps(document))
    assert [one.message for one in validate(path).at_or_above(Severity.SHOULD)] == [
        'value of "lr" was shortened when it was written: 6 values are left, those at ... are lost',
        '"training" ends after "run" has ended: at 2026-01-01T13:00:01+00:00,'
        " and that was at 2026-01-01T13:00:00+00:00",
    ]


@pytest.mark.parametrize("crate", CRATES, ids=[path.stem for path in CRATES])
def test_our_own_documents_have_no_finding(tmp_path: Path, crate: Path) -> None:
    with zipfile.ZipFile(crate) as archive:
        path = tmp_path / "prov.json"
        path.write_bytes(archive.read("packaged/prov.json"))
    assert validate(path).at_or_above(Severity.SHOULD) == ()


def older(
    *, epochs: int, metrics: int, lists: int, python: int, numbers: int, **others: int
) -> dict[str, int]:
    """What every document of yProv4ML up to 2025 has: counts that differ, and defects that do not."""
    return {
        "prov-json/relative-namespace": 2,  # prov-ml and the default
        "prov-json/xsd-namespace": 1,
        "prov-ml/activity-times": epochs,
        "prov-ml/metric-store": metrics,
        "prov-ml/list-as-text": lists,
        "prov-ml/python-text": python,
        "prov-ml/number-as-text": numbers,
        "prov-ml/self-reference": 1,  # the experiment is a member of itself
        "prov-ml/user-name": 1,
        **{f"prov-ml/{name.replace('_', '-')}": count for name, count in others.items()},
    }


IBM = {"host_path": 2, "ranks": 1}  # provenance_path and artifact_uri; distributed, and no rank is named
# The 3.2.8 runs: times in PROV-O's names and without a zone at three activities (one with an end) and at nine
# artifacts and metrics; hyper-parameters that were "generated"; a validation that starts as the document
# is written, after its run has ended; nine sizes, a rank and a learning rate as text.
LATEST = {
    "prov-json/name-characters": 1,  # "dataset transformation"
    "prov-json/prov-attribute": 1,  # prov:role of an entity
    "prov-json/type-as-text": 3,  # of parameters, models and metrics
    "prov-json/relative-namespace": 2,
    "prov-json/xsd-namespace": 1,
    "prov-ml/activity-times": 2,
    "prov-ml/metric-store": 3,
    "prov-ml/namespace-ending": 1,
    "prov-ml/number-as-text": 11,
    "prov-ml/outside-run": 1,
    "prov-ml/parameter-used": 3,
    "prov-ml/time-attribute": 13,
    "prov-ml/time-zone": 13,
}
# Three lists a metric: epochs, values, times. A list is elided, or has np.float64 in it, or is plain numbers.
REAL: dict[str, dict[str, int]] = {
    "yprov4ml-documents/BAMBlock_performance_0.json": older(
        one_generation=8, epochs=22, metrics=7, lists=21 - 7, python=7 + 7, numbers=6
    ),
    "yprov4ml-documents/MetricsType.NETCDF_False_None_0.json": older(
        one_generation=7, epochs=8, metrics=7, lists=21 - 18, python=105, numbers=10, elided_list=18
    ),
    "yprov4ml-documents/MetricsType.TXT_True_None_1.json": older(
        one_generation=11, epochs=8, metrics=11, lists=33 - 30, python=154, numbers=10, elided_list=30
    ),
    "yprov4ml-documents/MetricsType.ZARR_True_zstd_0.json": older(
        one_generation=7, epochs=8, metrics=7, lists=21 - 18, python=63, numbers=10, elided_list=18
    ),
    "yprov4ml-documents/albert_med_0.05(2).json": older(
        one_generation=11, epochs=12, metrics=12, lists=36 - 20, python=12 + 20, numbers=2, **IBM
    ),
    "yprov4ml-documents/bert_imdb_0.0005.json": older(
        one_generation=6, epochs=42, metrics=7, lists=21 - 10, python=7 + 10, numbers=2, **IBM
    ),
    "yprov4ml-documents/mlp_mnist_0.01.json": older(
        one_generation=6, epochs=42, metrics=7, lists=21 - 10, python=7 + 10, numbers=2, **IBM
    ),
    "yprov4ml-documents/provgraph_IBM_outliers(1).json": older(
        one_generation=6, epochs=42, metrics=7, lists=21 - 10, python=7 + 10, numbers=2, **IBM
    ),
    # Four parameters of the model that nothing used.
    "yprov4ml-documents/provgraph_3B.json": older(
        epochs=4, metrics=18, lists=54, python=18, numbers=11, parameter_used=4, ranks=1
    ),
    # The namespaces context, yProv4ML, prov-ml and the default; Context. 18 and LoggingItemKind. 7 times;
    # two paths of a Mac and one in the command.
    "yprov4ml-documents/prov_MetricsType.NETCDF_False_GR0_0.json": {
        "prov-json/name-characters": 2,  # "Original prov4ml_torch.py" and its like
        "prov-json/relative-namespace": 4,
        "prov-json/xsd-namespace": 1,
        "prov-ml/activity-times": 8,
        "prov-ml/host-path": 3,
        "prov-ml/metric-store": 9,
        "prov-ml/number-as-text": 3,
        "prov-ml/one-generation": 1,
        "prov-ml/python-text": 18 + 7,
    },
    **{
        f"yprov4ml-runs/{kind}_experiment_0/prov_{kind}_experiment_GR0_0.json": LATEST
        for kind in ("csv", "nc", "zarr")
    },
}  # fmt: skip


@pytest.mark.skipif(not SHARED.is_dir(), reason="the documents of real runs are not beside this checkout")
@pytest.mark.parametrize("name", REAL)
def test_real_documents_have_the_findings_that_are_in_them(name: str) -> None:
    findings = Counter(one.rule for one in validate(SHARED / name).findings)
    ours = {rule: count for rule, count in findings.items() if rule.startswith(("prov-ml/", "prov-json/"))}
    assert ours == REAL[name]
