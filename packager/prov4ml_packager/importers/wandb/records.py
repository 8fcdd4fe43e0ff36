"""The records of a run's logs, one after the other, into what the run is in the end.

Source: wandb/proto/wandb_internal.proto, from 0.10 to 0.31. A run that was resumed has several logs.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...record import GitRecord, JsonValue
from ..nested import JsonError, drop, put, read_json
from ..wire import Message, WireError, message
from .history import History

_NANOSECONDS = 10**9
_OUTPUT_LIMIT = 256 << 20
_COUNTED = {10: "alert", 9: "TensorBoard folder"}


@dataclass(frozen=True)
class LoggedArtifact:
    """An artifact that the run logged or used: its manifest names files by path, digest (MD5) and size."""

    name: str
    type: str
    is_input: bool
    digest: str = ""
    description: str = ""
    metadata: str = ""
    aliases: tuple[str, ...] = ()
    files: tuple[tuple[str, int], ...] = ()
    references: tuple[str, ...] = ()


class RunState:
    """One run, as its records have made it so far.

    Attributes:
        output: where console output is kept that no file of the run has.
        texts: `run_id`, `entity`, `project`, `group`, `job_type`, `name`, `notes`, `sweep`, `host`.
        exit_code: None until the run has ended.
    """

    def __init__(self, output: Path) -> None:
        self.output = output
        self.output_bytes = 0
        self.texts: dict[str, str] = {}
        self.tags: tuple[str, ...] = ()
        self.config: dict[str, Any] = {}
        self.summary: dict[str, Any] = {}
        self.history = History()
        self.start = 0
        self.exit_code: int | None = None
        self.environment: dict[str, Any] = {}
        self.git: GitRecord | None = None
        self.artifacts: list[LoggedArtifact] = []
        self.step_metrics: dict[str, str] = {}
        self.version = "unknown"
        self.python = ""
        self.refused: Counter[str] = Counter()
        self.damaged = 0

    def add(self, data: bytes) -> None:
        """Take in one `Record`; one that is no message is counted in `damaged`.

        Raises:
            OSError: console output cannot be kept.
        """
        try:
            record = message(data)
            for number, take in self._takers().items():
                if record.has(number):
                    take(record.message(number))
            for number, kind in _COUNTED.items():
                if record.has(number):
                    self.refused[kind] += 1
        except (WireError, JsonError):
            self.damaged += 1

    def _takers(self) -> dict[int, Any]:
        return {
            2: self._history, 3: self._summary, 5: self._config, 7: self._stats, 8: self._artifact,
            11: self._telemetry, 12: self._metric, 4: self._line, 13: self._line, 17: self._run,
            18: self._exit, 25: self._use_artifact, 26: self._environment,
        }  # fmt: skip

    def _history(self, record: Message) -> None:
        self.history.add_row(record, self.start)

    def _stats(self, record: Message) -> None:
        self.history.add_system(record)

    def _run(self, record: Message) -> None:
        for name, number in (
            ("run_id", 1), ("entity", 2), ("project", 3), ("group", 6), ("job_type", 7), ("name", 8),
            ("notes", 9), ("sweep", 12), ("host", 13),
        ):  # fmt: skip
            if record.text(number):
                self.texts[name] = record.text(number)
        self.tags = tuple(record.texts(10)) or self.tags
        time = _time(record.message(17))
        if time and not self.start:
            self.start = time
        self._config(record.message(4))
        self._summary(record.message(5))
        self._telemetry(record.message(19))
        self._git(record.message(21))
        self.exit_code = None  # a run that is resumed has not ended

    def _git(self, record: Message) -> None:
        if record.text(1) or record.text(2):
            self.git = GitRecord(record.text(2) or None, None, None, record.text(1) or None)

    def _config(self, record: Message) -> None:
        self._update(self.config, record)

    def _summary(self, record: Message) -> None:
        self._update(self.summary, record)

    def _update(self, values: dict[str, Any], record: Message) -> None:
        for item in record.messages(1):
            names = item.texts(2) or [item.text(1)]
            try:
                put(values, names, read_json(item.text(16)))
            except JsonError:
                self.damaged += 1
        for item in record.messages(2):
            drop(values, item.texts(2) or [item.text(1)])

    def _telemetry(self, record: Message) -> None:
        self.python = record.text(4) or self.python
        self.version = record.text(5) or self.version

    def _metric(self, record: Message) -> None:
        name = record.text(1) or record.text(2)
        if name and record.text(4):
            self.step_metrics[name] = record.text(4)

    def _line(self, record: Message) -> None:
        data = record.text(3).encode("utf-8", "backslashreplace")
        self.output_bytes += len(data)
        if self.output_bytes <= _OUTPUT_LIMIT:
            with self.output.open("ab") as stream:
                stream.write(data)

    def _exit(self, record: Message) -> None:
        self.exit_code = record.integer(1)

    def _artifact(self, record: Message) -> None:
        manifest = record.message(12)
        entries = manifest.messages(4)
        self.artifacts.append(
            LoggedArtifact(
                name=record.text(5) or "artifact",
                type=record.text(4),
                is_input=False,
                digest=record.text(6),
                description=record.text(7),
                metadata=record.text(8),
                aliases=tuple(record.texts(11)),
                files=tuple((entry.text(1), entry.integer(4)) for entry in entries),
                references=tuple(entry.text(3) for entry in entries if entry.text(3)),
            )
        )

    def _use_artifact(self, record: Message) -> None:
        name = record.text(3) or record.text(1) or "artifact"
        self.artifacts.append(LoggedArtifact(name, record.text(2), is_input=True))

    def _environment(self, record: Message) -> None:
        self._git(record.message(9))
        for name, number in (
            ("os", 1), ("python", 2), ("program", 6), ("code_path", 7), ("host", 12), ("username", 13),
            ("docker", 4),
        ):  # fmt: skip
            if record.text(number):
                self.environment[name] = record.text(number)
        if record.texts(5):
            self.environment["args"] = record.texts(5)
        if record.integer(16):
            self.environment["cpu_count"] = record.integer(16)
        devices: list[dict[str, JsonValue]] = [
            {"kind": "gpu", "name": gpu.text(1), "memory": gpu.integer(2) or None}
            for gpu in record.messages(24)
        ]
        devices += [
            {"kind": "gpu", "name": gpu.text(9) or gpu.text(8), "memory": None} for gpu in record.messages(26)
        ]
        if devices:
            self.environment["devices"] = devices


def _time(record: Message) -> int:
    return max(0, record.integer(1)) * _NANOSECONDS + max(0, record.integer(2))
