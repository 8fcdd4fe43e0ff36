"""Use, memory, power and temperature of graphics processors, through the vendor library that is installed.

NVIDIA through `pynvml` (distribution nvidia-ml-py), AMD through `amdsmi`, Apple through a loaded PyTorch
(memory only). A reader is a function without arguments that returns the readings of all its devices.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable

Reading = tuple[str, float, str]
"""What was read (`usage`, `memory_usage`, `power`, `temperature`), its value and its unit."""

GpuReader = Callable[[], list[list[Reading]]]


def find_gpu_reader() -> GpuReader | None:
    """Return a reader of this machine's devices; None without devices or without a library for them."""
    for find in (_nvidia_reader, _amd_reader, _apple_reader):
        try:
            reader = find()
            if reader is not None and reader():
                return reader
        except Exception:
            continue  # the library is absent, or finds no driver, and says so in its own error classes
    return None


def _readings(*questions: tuple[str, str, Callable[[], float]]) -> list[Reading]:
    readings: list[Reading] = []
    for name, unit, ask in questions:
        try:
            readings.append((name, float(ask()), unit))
        except Exception:
            continue  # not every device answers every question (virtual and partitioned ones do not)
    return readings


def _nvidia_reader() -> GpuReader:
    pynvml = importlib.import_module("pynvml")
    pynvml.nvmlInit()
    handles = [pynvml.nvmlDeviceGetHandleByIndex(number) for number in range(pynvml.nvmlDeviceGetCount())]

    def memory_percent(handle: object) -> float:
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
        return 100.0 * float(memory.used) / float(memory.total)

    def read(handle: object) -> list[Reading]:
        return _readings(
            ("usage", "%", lambda: pynvml.nvmlDeviceGetUtilizationRates(handle).gpu),
            ("memory_usage", "%", lambda: memory_percent(handle)),
            ("power", "W", lambda: pynvml.nvmlDeviceGetPowerUsage(handle) / 1000.0),  # NVML gives mW
            (
                "temperature",
                "°C",
                lambda: pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU),
            ),
        )

    return lambda: [read(handle) for handle in handles]


def _amd_reader() -> GpuReader:
    amdsmi = importlib.import_module("amdsmi")
    amdsmi.amdsmi_init()
    handles = amdsmi.amdsmi_get_processor_handles()

    def memory_percent(handle: object) -> float:
        memory = amdsmi.amdsmi_get_gpu_vram_usage(handle)
        return 100.0 * float(memory["vram_used"]) / float(memory["vram_total"])

    def power(handle: object) -> float:
        info = amdsmi.amdsmi_get_power_info(handle)
        try:
            return float(info["current_socket_power"])
        except (KeyError, ValueError):  # "N/A" on the generations before MI300
            return float(info["average_socket_power"])

    def temperature(handle: object) -> float:
        edge = amdsmi.AmdSmiTemperatureType.EDGE
        return float(amdsmi.amdsmi_get_temp_metric(handle, edge, amdsmi.AmdSmiTemperatureMetric.CURRENT))

    def read(handle: object) -> list[Reading]:
        return _readings(
            ("usage", "%", lambda: amdsmi.amdsmi_get_gpu_activity(handle)["gfx_activity"]),
            ("memory_usage", "%", lambda: memory_percent(handle)),
            ("power", "W", lambda: power(handle)),
            ("temperature", "°C", lambda: temperature(handle)),
        )

    return lambda: [read(handle) for handle in handles]


def _apple_reader() -> GpuReader | None:
    torch = sys.modules.get("torch")
    if sys.platform != "darwin" or torch is None or not torch.backends.mps.is_available():
        return None
    mps = torch.mps

    def memory_percent() -> float:
        return 100.0 * float(mps.driver_allocated_memory()) / float(mps.recommended_max_memory())

    return lambda: [_readings(("memory_usage", "%", memory_percent))]
