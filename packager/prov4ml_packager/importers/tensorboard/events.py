"""Events of a run: scalars become points, media artifacts, hparams parameters; the rest is counted.

Source: tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto, and the plugins' names in
tensorboard/plugins/*/metadata.py.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ...record import JsonValue
from ..collecting import PointCollector
from ..counts import counted
from ..moments import from_seconds
from ..wire import Message, Value, WireError, double, fields, message, signed, single, text
from .hparams import PLUGIN, Session
from .media import MediaSpool
from .tensors import read_tensor, scalar

_KINDS = {
    "histograms": "histogram",
    "pr_curves": "precision-recall curve",
    "mesh": "mesh",
    "custom_scalars": "layout of custom scalars",
    "graph_run_metadata": "profile of a graph",
    "graph_keras_model": "Keras model graph",
    "projector": "embedding",
}
_SEVERAL = {
    "layout of custom scalars": "layouts of custom scalars",
    "profile of a graph": "profiles of graphs",
    "summary without a value": "summaries without a value",
}


class EventCollector:
    """Everything that the event files of one run say.

    Attributes:
        points: the scalars; values have the bits of the file (most writers keep 32).
        session: what the hparams plugin says.
        refused: what run directories do not hold, by kind.
        undated: events without a time from 1970 on.
        damaged: events that are no message.
        first: time of the first event in ns, None before it.
        last: time of the last one.
        writers: who wrote the files, where they say it.
    """

    def __init__(self, spool: MediaSpool) -> None:
        self._spool = spool
        self._plugins: dict[tuple[str | None, str], str] = {}
        self.points = PointCollector()
        self.session = Session()
        self.refused: Counter[str] = Counter()
        self.undated = 0
        self.damaged = 0
        self.first: int | None = None
        self.last: int | None = None
        self.writers: set[str] = set()

    def add(self, record: bytes, context: str | None, source: str | None, event_file: Path) -> None:
        """Take in one event.

        Args:
            record: an `Event` message.
            context: the context of its points.
            source: the source of its points.
            event_file: where it is from.

        Raises:
            OSError: a piece of media cannot be kept.
        """
        wall, step, parts = 0.0, 0, []
        try:
            for number, _, value in fields(record):
                if number == 1:
                    wall = double(value)
                elif number == 2:
                    step = signed(value)
                elif number == 5 and isinstance(value, bytes):
                    parts.append(value)
                elif number == 4:
                    self.refused["graph"] += 1
                elif number == 10:
                    self.writers.add(message(value).text(1))
            time = from_seconds(wall)
            if time is None:
                self.undated += 1
                return
            if self.first is None or time < self.first:
                self.first = time
            if self.last is None or time > self.last:
                self.last = time
            for part in parts:
                for number, _, value in fields(part):
                    if number == 1 and isinstance(value, bytes):
                        self._summary(value, step, time, context, source, event_file)
        except WireError:
            self.damaged += 1

    def losses(self) -> Iterator[str]:
        """Yield one sentence for each kind of thing that could not come over."""
        yield from self.points.losses()
        if self.undated:
            yield f"{counted(self.undated, 'event')}: without a time from 1970 on"
        if self.damaged:
            yield f"{counted(self.damaged, 'event')}: not understood, for what it holds is damaged"
        for kind, count in sorted(self.refused.items()):
            yield f"{counted(count, kind, _SEVERAL.get(kind))}: run directories hold none"

    def _summary(
        self, data: bytes, step: int, time: int, context: str | None, source: str | None, event_file: Path
    ) -> None:
        tag, simple, metadata = "", None, None
        others: dict[int, Value] = {}
        for number, _, value in fields(data):
            if number == 1:
                tag = text(value)
            elif number == 2:
                simple = value
            elif number == 9:
                metadata = value
            else:
                others[number] = value
        plugin = self._plugin(tag, context, metadata)
        if simple is not None:
            self.points.add(tag, step, time, single(simple), context=context, source=source)
        elif plugin == PLUGIN:
            return
        elif 4 in others:
            image = message(others[4])
            facts: dict[str, JsonValue] = {"height": image.integer(1), "width": image.integer(2)}
            self._keep(image, tag, step, time, None, context, event_file, facts)
        elif 6 in others:
            self._keep(message(others[6]), tag, step, time, ".wav", context, event_file, {})
        elif 8 in others and isinstance(others[8], bytes):
            self._tensor(others[8], plugin, tag, step, time, context, source, event_file)
        elif 3 in others or 5 in others:
            self.refused["histogram"] += 1
        else:
            self.refused["summary without a value"] += 1

    def _plugin(self, tag: str, context: str | None, metadata: Value | None) -> str:
        """Return the plugin of a tag: only the first summary of a tag has to name it."""
        key = (context, tag)
        if metadata is not None:
            data = message(metadata).message(1)
            name = data.text(1)
            if name == PLUGIN:
                content = data.one(2, b"")
                self.session.read(content if isinstance(content, bytes) else b"")
            if name:
                self._plugins.setdefault(key, name)
        return self._plugins.get(key, "")

    def _keep(
        self,
        media: Message,
        tag: str,
        step: int,
        time: int,
        suffix: str | None,
        context: str | None,
        event_file: Path,
        attributes: dict[str, JsonValue],
    ) -> None:
        content = media.one(4, b"")
        if isinstance(content, bytes):
            self._spool.add(
                tag, step, time, content,
                suffix=suffix, context=context, event_file=event_file, attributes=attributes,
            )  # fmt: skip

    def _tensor(
        self,
        data: bytes,
        plugin: str,
        tag: str,
        step: int,
        time: int,
        context: str | None,
        source: str | None,
        event_file: Path,
    ) -> None:
        tensor = read_tensor(data)
        number = scalar(tensor) if plugin in ("scalars", "") else None
        if number is not None:
            self.points.add(tag, step, time, number, context=context, source=source)
        elif plugin == "text":
            self._spool.add(
                tag, step, time, b"\n\n".join(tensor.strings),
                suffix=".md", context=context, event_file=event_file, attributes={},
            )  # fmt: skip
        elif plugin in ("images", "audio"):
            # Images: width and height as text, then one image each. Audio: pairs of a sound and its label.
            pieces = tensor.strings[2:] if plugin == "images" else tensor.strings[::2]
            for piece in pieces:
                self._spool.add(tag, step, time, piece, context=context, event_file=event_file, attributes={})
        else:
            self.refused[_KINDS.get(plugin, f"tensor of plugin {plugin}" if plugin else "tensor")] += 1


def first_tag(records: list[bytes]) -> str | None:
    """Return the first tag that the first records of a file have, None if they have none."""
    for record in records:
        try:
            for summary in message(record).messages(5):
                for value in summary.messages(1):
                    return value.text(1)
        except WireError:
            continue
    return None
