"""The hparams plugin: parameters of a session and how it ended.

Source: tensorboard/plugins/hparams/plugin_data.proto and google/protobuf/struct.proto.
"""

from dataclasses import dataclass, field

from ...record import JsonValue, Status
from ..moments import from_seconds
from ..wire import Message, WireError, message

PLUGIN = "hparams"
_STATUSES: dict[int, Status] = {1: "finished", 2: "failed", 3: "unfinished"}
_MAXIMUM_DEPTH = 20


@dataclass
class Session:
    """What the plugin says of a run; times in ns."""

    parameters: dict[str, JsonValue] = field(default_factory=dict)
    tags: dict[str, JsonValue] = field(default_factory=dict)
    start: int | None = None
    end: int | None = None
    status: Status | None = None

    def read(self, content: bytes) -> None:
        """Add what one `HParamsPluginData` says.

        Raises:
            WireError: it is damaged.
        """
        data = message(content)
        if data.has(2):
            experiment = data.message(2)
            for name, number in (("name", 6), ("description", 1), ("user", 2)):
                if experiment.text(number):
                    self.tags[f"hparams.{name}"] = experiment.text(number)
        if data.has(3):
            started = data.message(3)
            for entry in started.messages(1):
                self.parameters[entry.text(1)] = _value(entry.message(2), 0)
            if started.text(4):
                self.tags["hparams.group_name"] = started.text(4)
            self.start = from_seconds(started.double(5)) or None
        if data.has(4):
            ended = data.message(4)
            self.status = _STATUSES.get(ended.integer(1))
            self.end = from_seconds(ended.double(2)) or None


def _value(value: Message, depth: int) -> JsonValue:
    if depth > _MAXIMUM_DEPTH:
        raise WireError(f"a parameter has more than {_MAXIMUM_DEPTH} levels")
    if value.has(2):
        return value.double(2)
    if value.has(3):
        return value.text(3)
    if value.has(4):
        return bool(value.integer(4))
    if value.has(5):
        entries = value.message(5).messages(1)
        return {entry.text(1): _value(entry.message(2), depth + 1) for entry in entries}
    if value.has(6):
        return [_value(one, depth + 1) for one in value.message(6).messages(1)]
    return None
