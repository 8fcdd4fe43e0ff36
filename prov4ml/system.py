"""Load of the machine, read when asked: `log_system_metrics`.

| key | unit | meaning |
|---|---|---|
| `cpu_usage` | % | busy share of all processors since the last sample, or since the sampler was made |
| `memory_usage` | % | memory of the machine that is not available to new programs |
| `disk_usage` | % | of the file system of the run directory, as `df` counts it |
| `gpu_N_usage` | % | time in which device N was busy, over the driver's own period |
| `gpu_N_memory_usage` | % | memory of device N in use |
| `gpu_N_power` | W | electric power of device N |
| `gpu_N_temperature` | °C | temperature of device N |

They speak of the whole machine, also inside a container. What cannot be read is left out.
"""

from __future__ import annotations

import os
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .gpu import GpuReader

_CPU_TIMES = "/proc/stat"
_MEMORY = "/proc/meminfo"
_TICK = 0.02
"""Seconds: a little more than the step in which kernels count processor time."""

_IDLE_FIELDS = ("idle", "iowait")
_LINUX_CPU_FIELDS = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")


class SystemSampler:
    """Samples the machine's load from /proc, where there is none through psutil; threads may share it."""

    def __init__(self, disk: str | os.PathLike[str] = ".") -> None:
        """Start counting processor time; on Linux this reads one line and loads nothing.

        Args:
            disk: any path on the file system whose use is reported.
        """
        self._disk = disk
        self._lock = threading.RLock()  # a signal handler may sample in the middle of a sample
        self._psutil = None if os.path.exists(_CPU_TIMES) else _import_psutil()
        self._gpu_reader: GpuReader | None = None
        self._gpu_searched = False
        self._cpu_times = self._read_cpu_times()
        self._cpu_usage: float | None = None

    def sample(self) -> list[tuple[str, float, str]]:
        """Return (key, value, unit) for everything that can be read now; never raises.

        The first call loads the libraries of graphics processors. A first call within 20 ms of the
        sampler's making waits that long, since the processor load would be a division of nothing by nothing.
        """
        with self._lock:
            return self._sample()

    def _sample(self) -> list[tuple[str, float, str]]:
        values: list[tuple[str, float | None, str]] = [
            ("cpu_usage", self._measure_cpu(), "%"),
            ("memory_usage", self._measure_memory(), "%"),
            ("disk_usage", self._measure_disk(), "%"),
        ]
        sampled = [(key, value, unit) for key, value, unit in values if value is not None]
        return sampled + self._measure_gpus()

    def _measure_cpu(self) -> float | None:
        now = self._read_cpu_times()
        if now is None or self._cpu_times is None:
            return None
        if self._cpu_usage is None and now[1] <= self._cpu_times[1]:
            import time

            time.sleep(_TICK)
            now = self._read_cpu_times() or now
        busy, total = now[0] - self._cpu_times[0], now[1] - self._cpu_times[1]
        if total > 0:
            # The kernel's idle counters may step back a little, so the share is kept within its bounds.
            self._cpu_usage = min(max(100.0 * busy / total, 0.0), 100.0)
            self._cpu_times = now
        return self._cpu_usage

    def _read_cpu_times(self) -> tuple[float, float] | None:
        """Return the (busy, total) processor time since boot, in any unit."""
        try:
            if self._psutil is not None:
                times = self._psutil.cpu_times()
                # Linux counts the time of guests in `user` and `nice` already.
                fields = {name: value for name, value in times._asdict().items() if "guest" not in name}
            else:
                with open(_CPU_TIMES, encoding="ascii") as file:
                    numbers = file.readline().split()[1:]
                fields = dict(zip(_LINUX_CPU_FIELDS, map(float, numbers), strict=False))
        except Exception:
            return None
        total = float(sum(fields.values()))
        return total - sum(float(fields.get(name, 0.0)) for name in _IDLE_FIELDS), total

    def _measure_memory(self) -> float | None:
        try:
            if self._psutil is not None:
                return float(self._psutil.virtual_memory().percent)
            with open(_MEMORY, encoding="ascii") as file:
                amounts = {line.split(":")[0]: float(line.split()[1]) for line in file}
            return 100.0 * (1.0 - amounts["MemAvailable"] / amounts["MemTotal"])
        except Exception:
            return None

    def _measure_disk(self) -> float | None:
        import shutil

        try:
            usage = shutil.disk_usage(self._disk)
            return 100.0 * usage.used / (usage.used + usage.free)  # blocks kept for root count as neither
        except (OSError, ZeroDivisionError):
            return None

    def _measure_gpus(self) -> list[tuple[str, float, str]]:
        if not self._gpu_searched:
            from .gpu import find_gpu_reader

            self._gpu_reader = find_gpu_reader()
            self._gpu_searched = True
        if self._gpu_reader is None:
            return []
        try:
            devices = self._gpu_reader()
        except Exception:
            return []  # the driver went away, or was reset
        return [
            (f"gpu_{number}_{name}", value, unit)
            for number, readings in enumerate(devices)
            for name, value, unit in readings
        ]


def _import_psutil() -> Any:
    try:
        import psutil
    except Exception:  # absent, or its compiled part does not load here
        return None
    return psutil
