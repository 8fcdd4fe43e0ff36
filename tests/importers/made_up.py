"""Documents of made-up runs in every layout and wording seen, each with what has to come of it."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

T0 = 1_749_112_160_000  # ms
Key = tuple[str | None, str, str | None]

NAMES = (
    "loss", "Loss", "LOSS", "train/loss", "train//loss", "with space", "val:loss", "a\\b", "é✓ 日本",
    "x" * 300, "a\nb", "..", "../../up", "CON", "a?b", "a*b", "a%2Fb", "a/b", "a_b", "😀",
    "1", "0.5", "nan", "-", "loss_Context.TRAINING",
)  # fmt: skip
MEMBERS = ("TRAINING", "VALIDATION", "TESTING", "TRAINING_LOD2", "Fold1")
CONTEXTS = (*MEMBERS, "warm up", "fold/1")
IDENTIFIERS: tuple[Callable[[str, str, int], str], ...] = (
    lambda name, context, number: f"{name}_Context.{context}",
    lambda name, context, number: f"_:blank{number}",
    lambda name, context, number: f"unknown:m{number}",
    lambda name, context, number: f"http://example.org/m{number}?a=<b>",
    lambda name, context, number: f"m {number}, \"'(b);c=d%",
    lambda name, context, number: f":m{number}",
    lambda name, context, number: f"xsd:m{number}",
    lambda name, context, number: f"\u0000{number}",
)
PARAMETERS: tuple[tuple[Any, Any], ...] = (
    ("0.001", 0.001), ("Adam", "Adam"), ("True", True), ("007", "007"), ("1e400", "1e400"), ("12", 12),
    ("-inf", float("-inf")), (True, True), (3, 3), (2**70, 2**70), ([1, 2], [1, 2]), ("[1, 2]", "[1, 2]"),
    ({"$": "8", "type": "xsd:int"}, 8), ({"$": 0.5, "type": "xsd_1:double"}, 0.5),
    ({"$": "8", "type": "xsd:string"}, "8"), ("np.float64(0.25)", 0.25),
    ("tensor(0.5, device='cuda:0')", 0.5), ('{"a": [1, {"b": null}]}', '{"a": [1, {"b": null}]}'),
    ("a\r\nb\u2028", "a\r\nb\u2028"),
)  # fmt: skip


@dataclass
class MadeUp:
    """A document and what it says.

    Attributes:
        document: as PROV-JSON.
        experiment: name of the experiment.
        run_id: of the run.
        start: of the run in ns, None if the document does not say it.
        end: likewise.
        series: step, time in ns and value in hex of each point.
        parameters: by name.
        artifacts: recorded paths.
        stores: CSV stores by their path in the run directory.
    """

    document: dict[str, Any]
    experiment: str
    run_id: str
    start: int | None
    end: int | None
    series: dict[Key, list[tuple[int, int, str]]] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    artifacts: set[str] = field(default_factory=set)
    stores: dict[str, str] = field(default_factory=dict)


def make_up(seed: int) -> MadeUp:
    """Return a run, the same for the same seed."""
    chance = random.Random(seed)
    layout = chance.choice((_points_inside, _points_inside, _stores_of_two, _stores_of_three))
    made = layout(chance)
    for clutter in chance.sample(_CLUTTER, chance.randint(0, 5)):
        clutter(made.document, chance)
    return made


def write(made: MadeUp, folder: Path, seed: int) -> Path:
    """Write the document, with its stores; return what to import."""
    folder.mkdir(parents=True)
    path = folder / f"provgraph_document_{seed}.json"
    indent = seed % 3 or None
    text = json.dumps(made.document, indent=indent, ensure_ascii=seed % 2 == 0)
    encodings = ("utf-8", "utf-8", "utf-8-sig", "utf-16") if seed % 2 == 0 else ("utf-8", "utf-8-sig")
    path.write_bytes(text.encode(encodings[seed % len(encodings)], "surrogatepass"))
    for name, content in made.stores.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return path


def _floats(chance: random.Random, count: int) -> list[float]:
    odd = (float("nan"), float("inf"), float("-inf"), 0.0, 5e-324, 1.7976931348623157e308, 1e-7)
    return [chance.choice(odd) if chance.random() < 0.1 else chance.gauss(0, 10) for _ in range(count)]


def _listed(values: list[Any], chance: random.Random) -> Any:
    """Return a list in one of the forms in which documents have it."""
    forms: list[Callable[[], Any]] = [
        lambda: str(values),
        lambda: str(values),
        lambda: str([str(one) for one in values]),
        lambda: "(" + ", ".join(map(repr, values)) + ",)",
        lambda: list(values),
        lambda: [{"$": str(one), "type": "xsd:double"} for one in values],
        lambda: {"$": json.dumps(values), "type": "rdf:JSON"},
        lambda: str([np.float64(one) for one in values]),
        lambda: f"array({values}, dtype=float64)",
        lambda: "[" + ", ".join(f"tensor({one!r}, device='cuda:0')" for one in values) + "]",
        lambda: np.array2string(np.array(values, float), threshold=10**9, floatmode="unique"),
    ]
    exact = not all(isinstance(one, float) for one in values) and any(abs(one) > 2**53 for one in values)
    return chance.choice(forms[:7] if exact else forms)()


def _times(moments: list[int], chance: random.Random) -> Any:
    """Return times (ms) in one of their units, as numbers or texts."""
    forms: list[Callable[[], Any]] = [
        lambda: _listed(moments, chance),
        lambda: _listed([one * 1000 for one in moments], chance),
        lambda: str([one * 10**6 for one in moments]),
        lambda: (
            _listed([one / 1000 for one in moments], chance)
            if all(one % 125 == 0 for one in moments)
            else moments
        ),
        lambda: [datetime.fromtimestamp(one / 1000, UTC).isoformat() for one in moments],
        lambda: str([datetime.fromtimestamp(one / 1000, UTC).isoformat() for one in moments]),
    ]
    return chance.choice(forms)()


def _base(chance: random.Random) -> MadeUp:
    start, end = T0 * 10**6 + 497_080_800, (T0 + 600_000) * 10**6
    words = (
        lambda time: f"{time // 10**9}.{time % 10**9:09}",
        lambda time: str(time),
        lambda time: time,
        lambda time: (
            datetime.fromtimestamp(time // 10**9, UTC).isoformat()[:19] + f".{time % 10**9:09}+00:00"
        ),
        lambda time: {"$": f"{time // 10**9}.{time % 10**9:09}", "type": "xsd:double"},
    )
    made = MadeUp(
        {}, chance.choice(("demo", "é demo", "a_b", "demo_v2.1")), str(chance.randint(0, 30)), start, end
    )
    ends = {"start": start, "end": end}
    if chance.random() < 0.3:
        ends.pop(chance.choice(("start", "end")))
        made.start, made.end = ends.get("start"), ends.get("end")
    made.document["times"] = {name: chance.choice(words)(time) for name, time in ends.items()}
    return made


def _points_inside(chance: random.Random) -> MadeUp:
    """Make up a document of 1.x and 2.x, with the points inside."""
    made = _base(chance)
    times = made.document.pop("times")
    ml = chance.choice(("prov-ml", "prov-ml", "provml", "prov.ml"))
    run = f"{made.experiment}_execution"
    folder = f"prov/{made.experiment}_{made.run_id}"
    stage = {
        f"{ml}:provenance_path": "prov",
        f"{ml}:artifact_uri": f"{folder}/artifacts",
        f"{ml}:run_id": made.run_id,
        f"{ml}:type": "LearningStage",
        f"{ml}:user_id": "ada",
    }
    experiment = {f"{ml}:type": "Experiment", f"{ml}:experiment_name": made.experiment}
    entities: dict[str, Any] = {
        made.experiment: chance.choice(([stage, experiment], {**experiment, **stage}))
    }
    document = {
        "prefix": {
            "xsd_1": "http://www.w3.org/2000/10/XMLSchema#",
            ml: "prov-ml",
            "default": "www.example.org",
        },
        "entity": entities,
        "activity": {run: {f"{ml}:type": "LearningExecution"}},
        "agent": {"ada": {}},
        "wasAssociatedWith": {"_:id1": {"prov:activity": run, "prov:agent": "ada"}},
        "used": {},
        "hadMember": {"_:id3": {"prov:collection": made.experiment, "prov:entity": made.experiment}},
        "wasGeneratedBy": {"_:id4": {"prov:entity": made.experiment, "prov:activity": run}},
        "wasStartedBy": {},
    }
    for name, text in times.items():
        entities[f"execution_{name}_time"] = {f"{ml}:parameter_value": text, f"{ml}:type": "Parameter"}
    for number, (text, value) in enumerate(chance.sample(PARAMETERS, 5)):
        name = f"p{number}"
        entities[name] = {f"{ml}:parameter_value": text, f"{ml}:type": "Parameter"}
        document["used"][f"_:p{number}"] = {"prov:activity": run, "prov:entity": name}
        made.parameters[name] = value
    for number in range(chance.randint(0, 6)):
        name, context = chance.choice(NAMES), chance.choice(CONTEXTS)
        identifier = chance.choice(IDENTIFIERS)(name, context, number)
        if (context, name, None) in made.series or identifier in entities:
            continue
        record, points = _metric(ml, name, context, chance)
        entities[identifier] = record
        made.series[context, name, None] = points
        for step in sorted({step for step, _, _ in points}):
            epoch = f"epoch_{step}" + chance.choice(("", "", ".0"))
            document["activity"][epoch] = {f"{ml}:type": "TrainingExecution"}
            document["wasStartedBy"][f"_:s{epoch}"] = {"prov:activity": epoch, "prov:trigger": run}
            document["wasGeneratedBy"][f"_:g{number}{epoch}"] = {
                "prov:entity": identifier,
                "prov:activity": epoch,
            }
    for path in chance.sample(_PATHS, 3):
        entities[path] = {f"{ml}:artifact_path": path}
        document["wasGeneratedBy"][f"_:{path}"] = {"prov:entity": path, "prov:activity": run}
        made.artifacts.add(path)
    made.document = document
    return made


_PATHS = [
    "C:\\Users\\ada\\model.pt", "\\\\server\\share\\data.csv", "https://example.org/x.csv?y=1", "s3://bucket/file.bin",
    "/home/ada/x.pt", "./rel/a.txt", "../up.txt", "a//b/c.txt", "d d/é.txt", "b.nc",
]  # fmt: skip


def _metric(
    ml: str, name: str, context: str, chance: random.Random
) -> tuple[dict[str, Any], list[tuple[int, int, str]]]:
    count = chance.choice((0, 1, 2, 7, 30))
    steps = [place // 7 for place in range(count)]
    moments = [T0 + 1000 * (place + 1) + (0 if count < 30 else place) for place in range(count)]
    values = _floats(chance, count)
    epochs: list[Any] = [float(one) for one in steps] if chance.random() < 0.3 else list(steps)
    record = {
        f"{ml}:type": chance.choice(
            ("Metric", {"$": f"{ml}:Metric", "type": "prov:QUALIFIED_NAME"}, ["Metric"])
        ),
        f"{ml}:name": name,
        f"{ml}:context": chance.choice(
            (f"Context.{context}", {"$": f"Context.{context}", "type": "xsd:string"})
        ),
        f"{ml}:source": chance.choice(("", "None", None)),
        f"{ml}:metric_epoch_list": _listed(epochs, chance),
        f"{ml}:metric_value_list": _listed(values, chance),
        f"{ml}:metric_timestamp_list": _times(moments, chance),
    }
    if " " in context or "/" in context:
        record[f"{ml}:context"] = context
    return record, [(s, m * 10**6, v.hex()) for s, m, v in zip(steps, moments, values, strict=True)]


def _store(points: list[tuple[int, int, str]]) -> str:
    rows = [f"{step},{float.fromhex(value)!r},{time // 10**6}" for step, time, value in points]
    return "\n".join(["epoch,value,timestep", *rows]) + "\n"


def _points(chance: random.Random) -> list[tuple[int, int, str]]:
    count = chance.choice((0, 1, 9, 40))
    return [
        (place // 5, (T0 + 1000 * (place + 1)) * 10**6, one.hex())
        for place, one in enumerate(_floats(chance, count))
    ]


def _stores_of_two(chance: random.Random) -> MadeUp:
    """Make up a document of the versions between 2.x and 3.x: contexts are activities, points in stores."""
    made = _base(chance)
    times = made.document.pop("times")
    full = f"{made.experiment}_GR0_{made.run_id}"
    run, folder = f"context:{full}", f"prov/{made.experiment}_{made.run_id}"
    activities: dict[str, Any] = {
        run: {
            "yProv4ML:level": {"$": 0, "type": "xsd:int"}, "yProv4ML:provenance_path": "prov",
            "yProv4ML:artifact_uri": f"{folder}/artifacts", "yProv4ML:experiment_dir": folder,
            "yProv4ML:experiment_name": full, "yProv4ML:run_id": {"$": int(made.run_id), "type": "xsd:int"},
            **{f"execution_{name}_time": text for name, text in times.items()},
        }
    }  # fmt: skip
    for number, (text, value) in enumerate(chance.sample(PARAMETERS, 4)):
        activities[run][f"p{number}"] = text
        made.parameters[f"p{number}"] = value
    entities: dict[str, Any] = {}
    document: dict[str, Any] = {
        "prefix": {"context": "context", "yProv4ML": "yProv4ML", "xsd_1": "http://www.w3.org/2000/10/XMLSchema#",
                   "prov-ml": "prov-ml", "default": full},
        "agent": {"ada": {}}, "activity": activities, "entity": entities,
        "wasAssociatedWith": {"_:id1": {"prov:activity": run, "prov:agent": "ada"}},
        "wasInformedBy": {}, "wasGeneratedBy": {},
    }  # fmt: skip
    for number in range(chance.randint(1, 5)):
        name, context = chance.choice(NAMES), chance.choice(MEMBERS)
        if (context, name, None) in made.series:
            continue
        activity = f"context:Context.{context}"
        activities[activity] = {"yProv4ML:level": {"$": 1, "type": "xsd:int"}}
        document["wasInformedBy"][f"_:{context}"] = {"prov:informed": activity, "prov:informant": run}
        points = _points(chance)
        place = f"metrics/m{number}_Context.{context}_GR0.csv"
        record = {"yProv4ML:label": name, "yProv4ML:path": f"{folder}/{place}", "yProv4ML:role": "output",
                  "yProv4ML:context": f"Context.{context}", "yProv4ML:source": "None"}  # fmt: skip
        entities[name] = [*entities.get(name, []), record]
        document["wasGeneratedBy"][f"_:m{number}"] = {"prov:entity": name, "prov:activity": activity}
        made.series[context, name, None] = points
        made.stores[place] = _store(points)
    made.document = document
    return made


def _stores_of_three(chance: random.Random) -> MadeUp:
    """Make up a document of 3.x: `<label>//<context>`, points in stores."""
    made = _base(chance)
    times = made.document.pop("times")
    run, folder = f"{made.experiment}_GR0_{made.run_id}", f"runs/{made.experiment}_{made.run_id}"
    names = {"start": "prov:startedAtTime", "end": "prov:endedAtTime"}
    activities: dict[str, Any] = {
        run: {
            "yprov:provenance_path": "runs", "yprov:artifact_uri": f"{folder}/artifacts_GR0",
            "yprov:experiment_dir": folder, "yprov:experiment_name": run, "yprov:run_id": made.run_id,
            "yprov:time_zone": chance.choice(("UTC+0000", "CEST+0200")), "yprov:global_rank": "0",
            **{names[name]: text for name, text in times.items()},
        }
    }  # fmt: skip
    entities: dict[str, Any] = {}
    document: dict[str, Any] = {
        "prefix": {"yprov": "https://github.com/HPCI-Lab/yProv4ML", "provml": "prov-ml", "default": run,
                   "xsd_1": "http://www.w3.org/2000/10/XMLSchema#", "dcterms": "http://purl.org/dc/terms/"},
        "agent": {"ada": {}}, "activity": activities, "entity": entities,
        "wasAssociatedWith": {"_:id1": {"prov:activity": run, "prov:agent": "ada"}},
        "wasInformedBy": {}, "wasGeneratedBy": {},
    }  # fmt: skip
    for number, (text, value) in enumerate(chance.sample(PARAMETERS, 4)):
        label = chance.choice((f"p{number}", f"a//p{number}", f"p {number}"))
        entities[f"{label}//{run}"] = {
            "prov:type": "provml:HyperParameter", "prov:label": label, "prov:value": text,
            "prov:role": "output", "yprov:fullLabel": f"{label}//{run}",
        }  # fmt: skip
        document["wasGeneratedBy"][f"_:p{number}"] = {"prov:entity": f"{label}//{run}", "prov:activity": run}
        made.parameters[label] = value
    for number in range(chance.randint(1, 5)):
        name, source = chance.choice(NAMES), chance.choice((None, "nvml", "my src_1"))
        context = chance.choice((*CONTEXTS, None))
        inside = run if context is None else context
        identifier = (f"{source}//" if source else "") + f"{name}//{inside}"
        if identifier in entities:
            continue
        activity = f"{source}//{inside}" if source else inside
        began = {"prov:startedAtTime": datetime.fromtimestamp(T0 / 1000, UTC).isoformat()}
        activities.setdefault(activity, began)
        if context is not None:
            activities.setdefault(context, {})
            document["wasInformedBy"][f"_:{context}"] = {"prov:informed": context, "prov:informant": run}
        if source is not None:
            document["wasInformedBy"][f"_:{activity}"] = {"prov:informed": activity, "prov:informant": inside}
        points = _points(chance)
        place = f"metrics_GR0/m{number}_GR0.csv"
        entities[identifier] = {
            "prov:type": "provml:Metric", "yprov:context": inside, "yprov:source": str(source),
            "prov:label": name, "dcterms:identifier": f"{folder}/{place}", "prov:role": "output",
        }  # fmt: skip
        document["wasGeneratedBy"][f"_:m{number}"] = {"prov:entity": identifier, "prov:activity": activity}
        made.series[context, name, source] = points
        made.stores[place] = _store(points)
    made.document = document
    return made


def _repeat_relations(document: dict[str, Any], chance: random.Random) -> None:
    section = document["wasGeneratedBy"]
    for name in list(section)[:20]:
        section[name] = [section[name], dict(section[name])]
        section[f"{name}_again"] = dict(section[name][0])


def _dangle(document: dict[str, Any], chance: random.Random) -> None:
    document.setdefault("used", {})["_:d1"] = {"prov:activity": "nobody", "prov:entity": "nothing"}
    document["wasGeneratedBy"]["_:d2"] = {"prov:entity": "nothing", "prov:activity": "unknown:nobody"}
    document.setdefault("specializationOf", {})["_:d3"] = {
        "prov:specificEntity": "a",
        "prov:generalEntity": "b",
    }


def _bundle(document: dict[str, Any], chance: random.Random) -> None:
    document["bundle"] = {"b 1": {"prefix": {"prov-ml": "other ns"}, "entity": {"x": {"prov-ml:a": None}}}}


def _spoil_prefixes(document: dict[str, Any], chance: random.Random) -> None:
    document["prefix"].update(
        {"prov": "http://example.org/", "a b": "http://x", "1x": "u", "n": None, "m": 3, "é": "é"}
    )


def _nest(document: dict[str, Any], chance: random.Random) -> None:
    document["entity"]["nested"] = {
        "x:deep": json.loads("[" * 150 + "]" * 150),
        "x:map": {"a": {"b": [None]}},
    }


def _reverse(document: dict[str, Any], chance: random.Random) -> None:
    for name in list(document)[::-1]:
        document[name] = document.pop(name)


def _add_sections(document: dict[str, Any], chance: random.Random) -> None:
    document.update(
        {"wasEndedBy": None, "used": document.get("used", {}), "nonsense": [1], "wasAttributedTo": [{}]}
    )


def _add_agents(document: dict[str, Any], chance: random.Random) -> None:
    document["agent"]["p q"] = {
        "prov:type": {"$": "prov:Person", "type": "prov:QUALIFIED_NAME"},
        "x": float("nan"),
    }
    document["wasAssociatedWith"]["_:id1"] = [document["wasAssociatedWith"]["_:id1"], None]


_CLUTTER = (
    _repeat_relations, _dangle, _bundle, _spoil_prefixes, _nest, _reverse, _add_sections, _add_agents,
)  # fmt: skip
