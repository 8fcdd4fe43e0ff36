"""One run, from `start_run` to its end, whatever ends it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from threading import Thread
from types import TracebackType

from .assets import AssetRecorder
from .carbon import CarbonSampler, CarbonUnavailable
from .environment import describe_process
from .errors import Prov4MLError
from .metrics import MetricRecorder
from .packaging import finish_command, package_run
from .recorder import ContextLike, recorded, show_warning
from .records import EventRecorder
from .redaction import hide_credentials
from .rundir import FORMAT_VERSION
from .system import SystemSampler
from .typed import text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self

    from .directory import RunDirectory
    from .launcher import Launch

_ERROR_CHARACTERS = 20_000
_SAMPLING_SECONDS = 2.0
"""How long the end of a run waits for samples that are being taken in the background."""


def _describe_error(error: BaseException) -> dict[str, Any]:
    """Return type, message and traceback, without passwords in addresses; the ends of long ones."""
    import traceback

    try:
        message = str(error)
    except Exception:
        message = text_of(error)
    trace = "".join(traceback.format_exception(error))
    return {
        "type": type(error).__name__,
        "message": hide_credentials(message)[-_ERROR_CHARACTERS:],
        "traceback": hide_credentials(trace)[-_ERROR_CHARACTERS:],
    }


class Run(MetricRecorder, EventRecorder, AssetRecorder):
    """A run that is being recorded; `start_run` makes it. It has the same methods as the module.

    As a context manager it ends the run at the end of the block, as failed if the block raised.

    Args:
        place: the claimed directory, or None for a rank that does not record.
        save_after: how many points are written at once.
        launch: what the launcher says.
        world_size: how many ranks must have ended before the run is packaged; None if unknown.
        carbon: whether energy is sampled, in the background from now on.
        country_iso_code: ISO 3166-1 alpha-3 code of the country of the machine, for emissions.
        on_end: called once, with the run, when it has ended.
    """

    def __init__(
        self,
        place: RunDirectory | None,
        save_after: int,
        *,
        launch: Launch,
        world_size: int | None,
        carbon: bool,
        country_iso_code: str | None,
        on_end: Callable[[Run], None],
    ) -> None:
        super().__init__(place, save_after)
        self._world_size = world_size
        self._on_end = on_end
        self._started = time.time_ns()
        self._system: SystemSampler | None = None
        self._sampling: list[Thread] = []
        self._carbon: CarbonSampler | None = None
        self._carbon_problem: str | None = None
        if place is None:
            return
        self._journal.write(
            "rank_start",
            format_version=FORMAT_VERSION,
            rank=place.rank,
            world_size=launch.world_size,
            launcher=launch.launcher,
            **describe_process(),
        )
        # From here on: the first sample then tells of the time since the start.
        self._system = SystemSampler(disk=str(place.path))
        if carbon:
            self._start_carbon(country_iso_code)

    def _start_carbon(self, country_iso_code: str | None) -> None:
        try:
            self._carbon = CarbonSampler(country_iso_code)
        except CarbonUnavailable as error:
            self._carbon_problem = str(error)
            self._journal.write("warning", cause="carbon", message=str(error), count=1)

    @recorded
    def log_current_execution_time(self, label: str, context: ContextLike, step: int | None = None) -> None:
        """Log the seconds since the run began, as a metric.

        Args:
            label: name of the metric.
            context: as for `log_metric`.
            step: as for `log_metric`.
        """
        self._log_with_unit(label, (time.time_ns() - self._started) / 1e9, "s", context, step)

    @recorded
    def log_system_metrics(
        self,
        context: ContextLike,
        step: int | None = None,
        synchronous: bool = True,
        timestamp: int | None = None,
    ) -> None:
        """Log CPU, memory and disk use in percent, and use, memory, power and temperature of each GPU.

        Args:
            context: as for `log_metric`.
            step: as for `log_metric`.
            synchronous: false samples in a background thread, so that the call returns at once.
            timestamp: milliseconds since the epoch; None is now.
        """
        if synchronous:
            self._sample_system(context, step, timestamp)
            return
        self._context_name(context)  # a wrong one raises here, and not unseen in the thread
        thread = Thread(
            target=self._sample_in_background,
            args=(context, step, timestamp),
            name="prov4ml-system",
            daemon=True,
        )
        thread.start()
        self._sampling = [*(other for other in self._sampling if other.is_alive()), thread]

    def _sample_in_background(self, context: ContextLike, step: int | None, timestamp: int | None) -> None:
        with contextlib.suppress(Prov4MLError):  # the run has ended meanwhile
            self._sample_system(context, step, timestamp)

    @recorded
    def _sample_system(self, context: ContextLike, step: int | None, timestamp: int | None) -> None:
        if self._system is None:
            return
        for key, value, unit in self._system.sample():
            self._log_with_unit(key, value, unit, context, step, timestamp)

    @recorded
    def log_carbon_metrics(self, context: ContextLike, step: int | None = None) -> None:
        """Log energy (J), power (W) and, where the country is known, emissions (gCO2eq) since the last call.

        Args:
            context: as for `log_metric`.
            step: as for `log_metric`.
        """
        if self._carbon is None:
            self.warn(
                "carbon_call", self._carbon_problem or "carbon metrics: disabled by disable_codecarbon=True"
            )
            return
        for key, value, unit in self._carbon.sample():
            self._log_with_unit(key, value, unit, context, step)
        if self._carbon.emissions_note is not None and not self._warned["emissions"]:
            self.warn("emissions", self._carbon.emissions_note)

    def end(
        self,
        create_graph: bool = False,
        create_svg: bool = False,
        crate_ro_crate: bool = False,
        create_card: bool = False,
    ) -> None:
        """End the run and package it; the arguments are those of `end_run`.

        From a signal handler that has interrupted a write, the run ends as soon as that is complete.

        Raises:
            Prov4MLError: the run has ended already.
        """
        self._check_not_ended()

        def end() -> None:
            if not self._finish("finished", "end_run", None):
                return
            self._package(
                graph=create_graph or create_svg, svg=create_svg, crate=crate_ro_crate, card=create_card
            )

        self._lock.run_when_free(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ended:
            return
        if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
            self.end()
            return
        self.fail(error, ended_by="exception")
        if isinstance(error, Exception):
            self._package(graph=False, svg=False, crate=False, card=False)

    def fail(self, error: BaseException, *, ended_by: str) -> None:
        """End the run as failed, with the error recorded; nothing is packaged."""
        self._finish("failed", ended_by, _describe_error(error))

    def terminate(self, signal_name: str, then: Callable[[], None]) -> None:
        """End the run as failed by a signal, from the signal's handler, as soon as no write is under way.

        Args:
            signal_name: recorded as the error.
            then: called afterwards; it ends the process.
        """
        error = {"type": signal_name, "message": f"the process received {signal_name}", "traceback": None}

        def end_and_die() -> None:
            try:
                self._finish("failed", "signal", error)
            finally:
                then()

        self._lock.run_when_free(end_and_die)

    def abandon(self) -> None:
        """End the run as unfinished: the process exits without `end_run`."""
        if self.get_run_dir() is None:
            return
        self._finish("unfinished", "exit", None)
        show_warning(
            f"{self._directory}: the script ended without prov4ml.end_run(); to package the run: "
            f"{finish_command(self._directory)}"
        )

    def forget_in_child(self) -> None:
        """Drop what a forked child must not write; the child then takes the slow, guarded way."""
        self._series = {}

    def _finish(self, status: str, ended_by: str, error: dict[str, Any] | None) -> bool:
        """End the run; return whether this call did it. After an interruption it can be called again."""
        recording = self._place is not None and self.belongs_to_this_process()
        if recording and not self._ended and ended_by != "signal":  # a handler must not wait for threads
            self._guard("carbon", self._stop_carbon)
            deadline = time.monotonic() + _SAMPLING_SECONDS
            for thread in self._sampling:
                thread.join(max(0.0, deadline - time.monotonic()))
        with self._lock:
            if self._ended:
                return False
            if recording:
                self._write_end(status, ended_by, error)
            self._ended = True
        self._series = {}
        self._on_end(self)
        return True

    def _write_end(self, status: str, ended_by: str, error: dict[str, Any] | None) -> None:
        self._write_final_metrics()
        self._points.close()
        self._write_warning_counts()
        if dropped := self._journal.dropped:
            message = "the disk stayed full: events (parameters, files, warnings) were given up"
            self._journal.write("warning", cause="journal", message=message, count=dropped)
        self._journal.write(
            "run_end",
            status=status,
            error=error,
            ended_by=ended_by,
            points=self._points.written + self._points.lost,
            points_lost=self._points.lost,
        )
        self._journal.close()

    def _stop_carbon(self) -> None:
        if self._carbon is not None:
            self._carbon.stop()

    def _package(self, *, graph: bool, svg: bool, crate: bool, card: bool) -> None:
        place = self._place
        if place is None or not self.belongs_to_this_process():
            return
        from .directory import claim_packaging

        try:
            is_last = claim_packaging(place, self._world_size)
        except OSError as error:
            show_warning(
                f"{place.path}: cannot package ({error}); to try again: {finish_command(place.path)}"
            )
            return
        if is_last:
            package_run(place.path, graph=graph, svg=svg, crate=crate, card=card)
        elif place.rank == 0:
            show_warning(
                f"{place.path}: other ranks are still running; the last one to end packages the run. If one "
                f"never ends: {finish_command(place.path)}"
            )
