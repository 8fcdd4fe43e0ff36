"""Energy and emissions by codecarbon, without network, files or output: `log_carbon_metrics`.

| key | unit | meaning |
|---|---|---|
| `emissions` | gCO2eq | emitted since the last sample |
| `emissions_rate` | gCO2eq/s | the same by the seconds since the last sample |
| `cpu_power`, `gpu_power`, `ram_power` | W | mean since the last sample |
| `cpu_energy`, `gpu_energy`, `ram_energy` | J | used since the last sample |
| `energy_consumed` | J | the sum of these |

The first sample counts from the tracker's start. They are codecarbon's figures of the whole machine, unless
its own configuration says `tracking_mode = process`; without a graphics processor its two lines are left out.
"""

from __future__ import annotations

import os
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COUNTRY_VARIABLE = "CODECARBON_COUNTRY_ISO_CODE"
INSTALL_HINT = "carbon metrics need codecarbon: pip install 'prov4ml[carbon]'"

_JOULES_PER_KWH = 3.6e6
_GRAMS_PER_KG = 1000.0
_START_TIMEOUT = 10.0
"""Seconds that a sample waits for a tracker that is still finding out what hardware there is."""

_SHORTEST_INTERVAL = 0.1
"""Seconds: codecarbon measures again after 50 ms at the earliest, so a power over less would be noise."""

# What codecarbon would read from its configuration and take as leave to use the network, write files or
# stop for another tracker's lock. Only parameters that the installed release knows are passed.
_OFFLINE_SETTINGS: dict[str, Any] = {
    "allow_multiple_runs": True,
    "api_call_interval": -1,
    "co2_signal_api_token": "",
    "electricitymaps_api_token": "",
    "emissions_endpoint": False,
    "log_level": "critical",
    "output_dir": os.sep,  # only has to exist: nothing is written
}
_NO_OUTPUT: dict[str, Any] = {"output_methods": []}
_NO_OUTPUT_BEFORE_3_1 = {  # deprecated later, and then a warning
    f"save_to_{target}": False for target in ("api", "file", "logger", "logfire", "prometheus")
}


class CarbonUnavailable(Exception):
    """Energy cannot be measured here; the text says why and what to do."""


class CarbonSampler:
    """Measures the energy that the machine uses, from its making to `stop`.

    The tracker is loaded and started in a daemon thread. Until `stop` codecarbon's logger is
    silent, for other trackers in this process too; afterwards it is as it was.
    """

    def __init__(self, country_iso_code: str | None = None) -> None:
        """Start the tracker in the background.

        Args:
            country_iso_code: three letters (ISO 3166-1 alpha-3); None: from `CODECARBON_COUNTRY_ISO_CODE`.
                Without one, or with one that codecarbon has no data for, emissions are not sampled.

        Raises:
            CarbonUnavailable: codecarbon is not installed.
        """
        import importlib.util

        if importlib.util.find_spec("codecarbon") is None:
            raise CarbonUnavailable(INSTALL_HINT)
        self.country = (country_iso_code or os.environ.get(COUNTRY_VARIABLE) or "").strip().upper() or None
        self.emissions_note: str | None = None
        """Why there are no emissions, in one line, or None. Final once `sample` has returned something."""
        if self.country is None:
            self.emissions_note = (
                "emissions are not recorded, since the country is not known: pass country_iso_code to "
                f"start_run or set {COUNTRY_VARIABLE}"
            )
        self._lock = threading.RLock()  # a signal handler may end the run in the middle of a sample
        self._ready = threading.Event()
        self._stopped = False
        self._tracker: Any = None
        self._totals: Any = None
        self._previous: Any = None
        self._sampled_at = float("-inf")
        self._failure: str | None = None
        _quiet_logger.silence()
        _fork_guard.add(self._ready)
        threading.Thread(target=self._start, name="prov4ml-carbon", daemon=True).start()

    def sample(self) -> list[tuple[str, float, str]]:
        """Measure now and return (key, value, unit) since the last call.

        Waits at most 10 s for a tracker that has not started yet. The list is empty if it still has not,
        after `stop`, and less than 0.1 s after the sample before (the next one covers that time).

        Raises:
            CarbonUnavailable: codecarbon could not be started; the text has the cause.
        """
        if not self._ready.wait(_START_TIMEOUT):
            return []
        with self._lock:
            if self._failure is not None:
                raise CarbonUnavailable(self._failure)
            recent = time.monotonic() - self._sampled_at < _SHORTEST_INTERVAL
            if self._stopped or self._tracker is None or recent:
                return []
            self._totals = None
            self._tracker.flush()
            totals = self._totals
            if totals is None:
                return []
            self._sampled_at = time.monotonic()
            sampled = self._difference(totals, self._previous)
            self._previous = totals
            return sampled

    def stop(self) -> None:
        """End the measurement; never raises, may be called again, and does not wait for a slow start."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
            if self._ready.is_set():
                self._stop_tracker()

    def _start(self) -> None:
        try:
            tracker = self._make_tracker()
            tracker.start()
            if getattr(tracker, "_start_time", None) is None:  # codecarbon logs its errors and goes on
                raise RuntimeError("its tracker did not start")
            tracker.flush()  # loads what the first sample would otherwise have to wait for
        except BaseException as error:
            with self._lock:
                self._failure = f"codecarbon could not be started: {type(error).__name__}: {error}"
        else:
            with self._lock:
                self._tracker = tracker
        finally:
            with self._lock:
                self._ready.set()
                if self._stopped:
                    self._stop_tracker()

    def _make_tracker(self) -> Any:
        import inspect

        import codecarbon
        from codecarbon import input as codecarbon_input
        from codecarbon.output_methods.base_output import BaseOutput

        sampler = self

        class TotalsOutput(BaseOutput):
            def out(self, total: Any, delta: Any) -> None:
                sampler._totals = total

        known = {
            name
            for kind in codecarbon.OfflineEmissionsTracker.__mro__
            if "__init__" in vars(kind)
            for name in inspect.signature(vars(kind)["__init__"]).parameters
        }
        settings: dict[str, Any] = {**_OFFLINE_SETTINGS, "output_handlers": [TotalsOutput()]}
        settings |= _NO_OUTPUT if "output_methods" in known else _NO_OUTPUT_BEFORE_3_1
        data: Any = codecarbon_input.DataSource
        if self.country is not None and self.country not in data().get_global_energy_mix_data():
            self.emissions_note = (
                f"emissions are not recorded: codecarbon has no data for country {self.country!r}"
            )
            self.country = None
        if self.country is None:
            settings["force_carbon_intensity_g_co2e_kwh"] = 0.0  # else codecarbon takes the world's mean
        settings = {name: value for name, value in settings.items() if name in known}
        return codecarbon.OfflineEmissionsTracker(country_iso_code=self.country, **settings)

    def _difference(self, totals: Any, previous: Any) -> list[tuple[str, float, str]]:
        def since(name: str) -> float:
            before = 0.0 if previous is None else float(getattr(previous, name))
            return float(getattr(totals, name)) - before

        seconds = since("duration")
        sampled: list[tuple[str, float, str]] = []
        if self.country is not None:
            grams = since("emissions") * _GRAMS_PER_KG
            sampled.append(("emissions", grams, "gCO2eq"))
            if seconds > 0:
                sampled.append(("emissions_rate", grams / seconds, "gCO2eq/s"))
        for part in ("cpu", "gpu", "ram"):
            if part == "gpu" and not totals.gpu_count and not totals.gpu_energy:
                continue
            joules = since(f"{part}_energy") * _JOULES_PER_KWH
            if seconds > 0:
                sampled.append((f"{part}_power", joules / seconds, "W"))
            sampled.append((f"{part}_energy", joules, "J"))
        sampled.append(("energy_consumed", since("energy_consumed") * _JOULES_PER_KWH, "J"))
        return sampled

    def _stop_tracker(self) -> None:
        """End the tracker and give codecarbon's logger back; called with the lock held."""
        try:
            if self._tracker is not None:
                self._tracker.stop()
        except Exception as error:
            self._failure = f"codecarbon could not be stopped: {type(error).__name__}: {error}"
        finally:
            self._tracker = None
            _quiet_logger.release()


class _QuietLogger:
    """Silences codecarbon's logger while any sampler lives, and then puts it back as it was."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._state: tuple[bool, int, bool, list[Any]] = (False, 0, True, [])

    def silence(self) -> None:
        import logging

        logger = logging.getLogger("codecarbon")
        with self._lock:
            if self._users == 0:
                self._state = (logger.disabled, logger.level, logger.propagate, list(logger.handlers))
            self._users += 1
            # Not the level: codecarbon sets that, its handler and its propagation when it is imported.
            logger.disabled = True

    def release(self) -> None:
        import logging

        logger = logging.getLogger("codecarbon")
        with self._lock:
            self._users -= 1
            if self._users == 0:
                logger.disabled, level, logger.propagate, handlers = self._state
                logger.setLevel(level)
                logger.handlers[:] = handlers


class _ForkGuard:
    """Lets a fork wait until no sampler's thread is importing.

    A data loader's worker forked in the middle of `import pandas` would inherit the module's lock without
    the thread that frees it, and hang at its own `import pandas`.
    """

    def __init__(self) -> None:
        self._starting: set[threading.Event] = set()
        self._registered = False

    def add(self, started: threading.Event) -> None:
        # It registers at fork too, and may not do so while a fork is under way and waits for us.
        import concurrent.futures.thread  # noqa: F401

        self._starting.add(started)
        if not self._registered and hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._wait)
        self._registered = True

    def _wait(self) -> None:
        for started in list(self._starting):
            started.wait(_START_TIMEOUT)
        self._starting.clear()


_quiet_logger = _QuietLogger()
_fork_guard = _ForkGuard()
