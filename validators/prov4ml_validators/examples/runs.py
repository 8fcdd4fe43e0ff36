"""Examples for run directories: the files that matter of a run whose other files are sound.

`path:` and indented lines are a file, in hexadecimal digits where it says so; `path -> other` is a link, and
`path: not there` says so. What is in no example is as a sound logger writes it: run.json, and of rank 0 the
journal, with a series `loss` of number 1, a copy artifacts/data.csv of the four bytes `1,2` and a line break,
and two points.
"""


def _event(name: str, fields: str) -> str:
    return f'{{"event": "{name}", "time": 1769860800000000000, {fields}}}'


_START = _event("rank_start", '"format_version": 1, "rank": 0, "world_size": 1, "command": ["train.py"]')
_SERIES = _event("series", '"number": 1, "key": "loss", "context": null, "source": null, "unit": null')
_END = _event("run_end", '"status": "finished", "error": null, "points": 2, "points_lost": 0')
_RANK_1 = _START.replace('"rank": 0', '"rank": 1')
_POINTS = (
    "01000000 00000000 0000000000000000 0000d27b0cc38f18 000000000000e03f",
    "01000000 00000000 0100000000000000 0000d27b0cc38f18 000000000000d03f",
)
"""Series number, reserved field, step, time and value."""


def _file(path: str, *lines: str) -> str:
    return "\n".join([f"{path}:", *(f"  {line}" for line in lines)])


def _journal(*lines: str) -> str:
    return _file("rank_0/events.jsonl", *lines)


def _points(*records: str) -> str:
    return _file("rank_0/metrics.bin (hexadecimal)", *records)


def _artifact(path: str = "artifacts/data.csv", size: int = 4) -> str:
    file = f'"path": "{path}", "original": "data.csv", "kind": "file", "size": {size}, "sha256": null'
    return _event("artifact", f'"name": "data.csv", "file": {{{file}, "files": 1}}')


def _run() -> str:
    return _file(
        "run.json",
        '{"format_version": 1, "uuid": "12345678-1234-4234-8234-123456789abc",',
        ' "experiment": "digits", "run_id": "0", "created": 1769860800000000000, "user_namespace": null,',
        ' "identity": null, "world_size": 1, "collect_all_processes": false,',
        ' "options": {"metrics_file_type": "zarr", "csv_separator": ",", "save_after_n_logs": 100},',
        ' "logger": {"name": "prov4ml", "version": "0.1.0"}}',
    )


def _of_ranks(world_size: int) -> str:
    return _run().replace(
        '"world_size": 1, "collect_all_processes": false',
        f'"world_size": {world_size}, "collect_all_processes": true',
    )


def _rank_1(world_size: int) -> str:
    start, end = (line.replace('"world_size": 1', f'"world_size": {world_size}') for line in (_RANK_1, _END))
    return _file("rank_1/events.jsonl", start, end.replace('"points": 2', '"points": 0'))


_ACCURACY = _SERIES.replace("loss", "accuracy")
_LABELLED = _journal(_START, _SERIES, _artifact("artifacts/labels.csv"), _END)

RUNS: dict[str, tuple[str, str]] = {
    "run-directory/run-file": (_run().replace('"run_id": "0"', '"run_id": 0'), _run()),
    "run-directory/format-version": (_run().replace('"format_version": 1', '"format_version": 2'), _run()),
    "run-directory/first-line": (
        _journal(_SERIES, _END),
        _journal(_START, _SERIES, _END),
    ),
    "run-directory/after-end": (_journal(_START, _END, _SERIES), _journal(_START, _SERIES, _END)),
    "run-directory/no-end": (_journal(_START, _SERIES), _journal(_START, _SERIES, _END)),
    "run-directory/journal-line": (
        _journal(_START, _SERIES[:40], _SERIES, _END),
        _journal(_START, _SERIES, _END),
    ),
    "run-directory/torn-line": (
        _journal(_START, _SERIES, _END, _END[:40]),
        _journal(_START, _SERIES, _END),
    ),
    "run-directory/event": (
        _journal(_START, _SERIES.replace('"number": 1', '"number": "1"'), _END),
        _journal(_START, _SERIES, _END),
    ),
    "run-directory/series-number": (
        _journal(_START, _SERIES, _ACCURACY, _END),
        _journal(_START, _SERIES, _ACCURACY.replace('"number": 1', '"number": 2'), _END),
    ),
    "run-directory/path-escapes": (
        _journal(_START, _SERIES, _artifact("../data.csv"), _END),
        _journal(_START, _SERIES, _artifact(), _END) + "\n" + _file("artifacts/data.csv", "1,2"),
    ),
    "run-directory/artifact-missing": (
        f"{_LABELLED}\nartifacts/labels.csv: not there",
        f"{_LABELLED}\n{_file('artifacts/labels.csv', '3,4')}",
    ),
    "run-directory/artifact-digest": (
        _journal(_START, _SERIES, _artifact(size=5), _END) + "\n" + _file("artifacts/data.csv", "1,2"),
        _journal(_START, _SERIES, _artifact(size=4), _END) + "\n" + _file("artifacts/data.csv", "1,2"),
    ),
    "run-directory/link": (
        _journal(_START, _SERIES, _artifact(), _END) + "\nartifacts/data.csv -> /home/ann/data.csv",
        _journal(_START, _SERIES, _artifact(), _END) + "\n" + _file("artifacts/data.csv", "1,2"),
    ),
    "run-directory/linked-part": (
        "rank_0/events.jsonl -> /scratch/events.jsonl",
        _journal(_START, _SERIES, _END),
    ),
    "run-directory/no-rank": ("rank_0: not there", _journal(_START, _SERIES, _END)),
    "run-directory/no-journal": ("rank_0/events.jsonl: not there", _journal(_START, _SERIES, _END)),
    "run-directory/missing-rank": (
        f"{_of_ranks(2)}\nrank_1: not there",
        f"{_of_ranks(2)}\n{_rank_1(2)}",
    ),
    "run-directory/unexpected-rank": (f"{_of_ranks(1)}\n{_rank_1(1)}", f"{_of_ranks(2)}\n{_rank_1(2)}"),
    "run-directory/torn-record": (_points(_POINTS[0], _POINTS[1], _POINTS[1][:26]), _points(*_POINTS)),
    "run-directory/hole-of-zeros": (
        _points(*_POINTS, "00000000 00000000 0000000000000000 0000000000000000 0000000000000000"),
        _points(*_POINTS),
    ),
    "run-directory/undeclared-series": (
        _points(*_POINTS, _POINTS[0].replace("01000000", "02000000", 1)),
        _points(*_POINTS),
    ),
    "run-directory/reserved-field": (
        _points(_POINTS[0], _POINTS[1].replace(" 00000000 ", " 01000000 ", 1)),
        _points(*_POINTS),
    ),
    "run-directory/point-count": (
        f"{_journal(_START, _SERIES, _END)}\n{_points(_POINTS[0])}",
        f"{_journal(_START, _SERIES, _END)}\n{_points(*_POINTS)}",
    ),
}
"""Rule id to what of a run breaks the rule and what does not."""
