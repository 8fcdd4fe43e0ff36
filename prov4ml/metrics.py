"""Logging metric points: the hot path, and everything that ends in points."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from enum import Enum
from itertools import count
from operator import index
from threading import RLock
from time import time_ns

from .clock import NANOSECONDS_PER_MILLISECOND
from .errors import Prov4MLError
from .options import FoldOperation
from .points import pack_point
from .recorder import ContextLike, Recorder, exact_text, recorded, text_or_none
from .typed import typed_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _FinalMetric:
    """An aggregate of the values of one metric, kept while logging."""

    def __init__(self, key: str, initial: Any, operation: FoldOperation | Callable[[Any, Any], Any]) -> None:
        self.key = key
        self.initial = initial
        self.value = initial
        self.count = 0
        self._adding = RLock()  # a fold function may log, and so come back here
        self._is_mean = operation is FoldOperation.MEAN
        if isinstance(operation, FoldOperation):
            self.operation = operation.value
            self._fold = operation.function()
        else:
            self.operation = str(getattr(operation, "__name__", type(operation).__name__))
            self._fold = operation

    def add(self, value: float) -> None:
        with self._adding:
            self.value = self._fold(self.value, value)
            self.count += 1

    def result(self) -> Any:
        # The mean is that of the logged values: the initial value is what an empty series gives.
        if self._is_mean and self.count:
            return (self.value - self.initial) / self.count
        return self.value


def _as_number(value: Any) -> float:
    """Return a float for whatever holds one number: numpy scalars, one-element arrays and tensors, Decimals.

    Raises:
        TypeError: it holds none, or several.
        ValueError: likewise; a text is never parsed.
    """
    if isinstance(value, (str, bytes)):
        raise TypeError("a text is no number")
    if isinstance(value, int):
        return float(value)
    item = getattr(value, "item", None)
    return float(item() if callable(item) else value)


def _is_found_by_identity(context: ContextLike) -> bool:
    """Tell whether nothing but the context itself, or a text equal to it, finds what a dictionary has for it.

    Members of two IntEnums may be equal and still be two contexts.
    """
    return context is None or isinstance(context, str) or type(context).__eq__ is Enum.__eq__


class MetricRecorder(Recorder):
    """The methods of a run that log points."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        # source -> context -> key -> (series number, next step); only series that the fast path can take.
        # Three look-ups of ready-made hashes are quicker than one of a tuple made for each point.
        self._series: dict[Any, dict[Any, dict[str, tuple[int, Callable[[], int]]]]] = {}
        self._declared: dict[tuple[str | None, str, str | None], tuple[int, Callable[[], int]]] = {}
        self._series_numbers = count(1)
        self._final_metrics: dict[str, list[_FinalMetric]] = {}

    def log_metric(
        self,
        key: str,
        value: float,
        context: ContextLike = None,
        step: int | None = None,
        source: str | None = None,
        timestamp: int | None = None,
    ) -> None:
        """Log one point of a metric.

        Args:
            key: the metric's name; any text.
            value: a number; numpy scalars, one-element arrays and tensors too. NaN and infinities are kept.
                Anything else is left out, with one warning; the count of steps may then leave a gap.
            context: where in the run; None is the run itself.
            step: step or epoch, a whole number; None counts up from 0 for each series, whatever steps were
                given to other points of it.
            source: where the value comes from, as the user likes to say it.
            timestamp: milliseconds since the epoch; None is now.
        """
        try:
            number, next_step = self._series[source][context][key]
            moment = time_ns() if timestamp is None else index(timestamp) * NANOSECONDS_PER_MILLISECOND
            if step is None:
                step = next_step()  # given on if it fails below, so that no step is counted twice
            points = self._points
            waiting = points.waiting
            waiting.append(pack_point(number, 0, step, moment, value))
        except Exception:
            self._log_unusual_metric(key, value, context, step, source, timestamp)
            return
        if len(waiting) >= points.limit:
            points.flush()
        elif not points.flusher_awake:
            points.wake_flusher()

    @recorded
    def _log_unusual_metric(
        self, key: str, value: Any, context: ContextLike, step: Any, source: str | None, timestamp: Any
    ) -> None:
        self._log_checked(key, value, context, step, source, self._moment(timestamp))

    def _log_checked(
        self, key: str, value: Any, context: ContextLike, step: Any, source: str | None, moment: int
    ) -> None:
        """Log a point that is the first of its series, is folded too, or does not pack as it is.

        `moment` is in ns since the epoch; the other arguments are those of `log_metric`.
        """
        name = self._context_name(context)
        key = exact_text(key)
        try:
            number = _as_number(value)
        except (TypeError, ValueError, OverflowError, RuntimeError) as error:
            self.warn(
                f"value:{key}", f"metric {key!r}: {type(value).__name__} is no number ({error}); left out"
            )
            return
        series, next_step = self._declare_series(key, name, text_or_none(source), None)
        whole = None if step is None else self._whole_step(step)
        points = self._points
        points.waiting.append(pack_point(series, 0, next_step() if whole is None else whole, moment, number))
        if key in self._final_metrics:
            self._fold(key, number)
        elif _is_found_by_identity(context) and (source is None or isinstance(source, str)):
            self._series.setdefault(source, {}).setdefault(context, {})[key] = (series, next_step)
        if len(points.waiting) >= points.limit:
            points.flush()
        elif not points.flusher_awake:
            points.wake_flusher()

    def _fold(self, key: str, number: float) -> None:
        for final in self._final_metrics[key]:
            try:
                final.add(number)
            except Exception as error:  # the user's own function
                self.warn(
                    f"fold:{key}", f"final metric {key!r}: {final.operation} failed on {number!r}: {error}"
                )

    def _declare_series(
        self, key: str, context: str | None, source: str | None, unit: str | None
    ) -> tuple[int, Callable[[], int]]:
        identity = (context, key, source)
        found = self._declared.get(identity)
        if found is not None:
            return found
        with self._declaring:
            if identity not in self._declared:
                number = next(self._series_numbers)
                self._journal.write(
                    "series", number=number, key=key, context=context, source=source, unit=unit
                )
                self._declared[identity] = (number, count().__next__)
            return self._declared[identity]

    def _log_with_unit(
        self,
        key: str,
        value: float,
        unit: str,
        context: ContextLike,
        step: int | None,
        timestamp: int | None = None,
    ) -> None:
        self._declare_series(exact_text(key), self._context_name(context), None, unit)
        self.log_metric(key, value, context, step, None, timestamp)

    @recorded
    def log_metrics(
        self,
        metrics: Mapping[str, float],
        context: ContextLike = None,
        step: int | None = None,
        source: str | None = None,
        timestamp: int | None = None,
    ) -> None:
        """Log one point of each of several metrics, given by name, all with the same step and time.

        The other arguments are those of `log_metric`.
        """
        moment = self._moment(timestamp)
        for key, value in metrics.items():
            self._log_checked(key, value, context, step, source, moment)

    @recorded
    def register_final_metric(
        self,
        metric_name: str,
        initial_value: float,
        fold_operation: FoldOperation | Callable[[Any, Any], Any],
    ) -> None:
        """Keep an aggregate over every value of a metric from now on, in all contexts, written at the end.

        Args:
            metric_name: the metric whose values are folded.
            initial_value: what the fold starts with, and the result if nothing is logged.
            fold_operation: MAX, MIN, ADD, SUBTRACT, MEAN (of the logged values), or a function of
                (accumulated, value). MAX and MIN pass over NaN; the others become NaN by it. A value on
                which the function raises is left out, with a warning.

        Raises:
            Prov4MLError: the operation is no FoldOperation and cannot be called.
        """
        if not isinstance(fold_operation, FoldOperation) and not callable(fold_operation):
            raise Prov4MLError(
                f"fold_operation {fold_operation!r}: pass prov4ml.FoldOperation.MAX, MIN, ADD, SUBTRACT, "
                "MEAN or a function of two arguments"
            )
        key = exact_text(metric_name)
        self._final_metrics.setdefault(key, []).append(_FinalMetric(key, initial_value, fold_operation))
        for contexts in list(self._series.values()):
            for series in list(contexts.values()):
                series.pop(key, None)  # from now on it needs the way that folds

    def _write_final_metrics(self) -> None:
        for finals in list(self._final_metrics.values()):
            for final in finals:
                self._guard(f"final_metric:{final.key}", functools.partial(self._write_final_metric, final))

    def _write_final_metric(self, final: _FinalMetric) -> None:
        self._journal.write(
            "final_metric",
            key=final.key,
            operation=final.operation,
            initial=typed_value(final.initial),
            value=typed_value(final.result()),
            count=final.count,
        )

    @recorded
    def log_flops_per_batch(
        self, label: str, model: Any, batch: Any, context: ContextLike, step: int | None = None
    ) -> None:
        """Log the floating-point operations of one forward pass of a PyTorch model over one batch.

        Args:
            label: name of the metric.
            model: the PyTorch module; its mode and gradients are left as they are.
            batch: a tensor, or a pair of inputs and targets.
            context: as for `log_metric`.
            step: as for `log_metric`.
        """
        from .flops import count_flops

        self._log_with_unit(label, count_flops(model, batch), "FLOP", context, step)

    @recorded
    def log_flops_per_epoch(
        self, label: str, model: Any, dataset: Any, context: ContextLike, step: int | None = None
    ) -> None:
        """Log the floating-point operations of one forward pass over a whole dataset or data loader.

        The arguments are those of `log_flops_per_batch`; the count of one batch is scaled to all, so that
        neither the data order nor the random state of the training changes.
        """
        from .flops import count_epoch_flops

        self._log_with_unit(label, count_epoch_flops(model, dataset), "FLOP", context, step)
