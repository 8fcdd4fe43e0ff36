import sys
import threading
import time
import types

import pytest

from prov4ml import gpu, system
from prov4ml.system import SystemSampler

UNITS = {"cpu_usage": "%", "memory_usage": "%", "disk_usage": "%"}


def test_the_first_sample_is_whole_and_in_range(tmp_path):
    sampled = SystemSampler(tmp_path).sample()
    machine = {key: unit for key, _, unit in sampled if not key.startswith("gpu_")}
    assert machine == UNITS
    assert all(0.0 <= value <= 100.0 for key, value, _ in sampled if key in UNITS)


def test_a_busy_processor_shows():
    sampler = SystemSampler()
    stop = time.monotonic() + 0.4
    while time.monotonic() < stop:
        pass
    busy = {key: value for key, value, _ in sampler.sample()}["cpu_usage"]
    assert busy > 50.0 / (system.os.cpu_count() or 1)


def test_proc_and_psutil_agree(monkeypatch):
    psutil = pytest.importorskip("psutil", reason="psutil is not installed: pip install psutil")
    values = {key: value for key, value, _ in SystemSampler("/").sample()}
    assert values["memory_usage"] == pytest.approx(psutil.virtual_memory().percent, abs=5)
    assert values["disk_usage"] == pytest.approx(psutil.disk_usage("/").percent, abs=1)
    monkeypatch.setattr(system, "_CPU_TIMES", "/absent/stat")
    monkeypatch.setattr(system, "_MEMORY", "/absent/meminfo")
    through_psutil = SystemSampler("/")
    time.sleep(0.05)
    assert {key: unit for key, _, unit in through_psutil.sample()} == UNITS


def test_what_cannot_be_read_is_left_out(monkeypatch, tmp_path):
    monkeypatch.setattr(system, "_CPU_TIMES", str(tmp_path / "stat"))
    monkeypatch.setattr(system, "_MEMORY", str(tmp_path / "meminfo"))
    monkeypatch.setattr(system, "_import_psutil", lambda: None)
    assert SystemSampler(tmp_path / "absent").sample() == []


def test_busy_time_is_neither_idle_nor_waiting(monkeypatch, tmp_path):
    stat = tmp_path / "stat"
    # user nice system idle iowait irq softirq steal guest guest_nice, from proc(5); user holds guest.
    stat.write_text("cpu 100 0 100 700 100 0 0 0 50 0\n")
    monkeypatch.setattr(system, "_CPU_TIMES", str(stat))
    sampler = SystemSampler()
    stat.write_text("cpu 120 0 110 750 120 0 0 0 60 0\n")  # 30 of 100 ticks
    assert ("cpu_usage", 30.0, "%") in sampler.sample()
    assert ("cpu_usage", 30.0, "%") in sampler.sample()  # no tick since: the last share stands


def test_threads_may_share_a_sampler():
    sampler = SystemSampler()
    found = []
    threads = [threading.Thread(target=lambda: found.append(sampler.sample())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [{key for key, _, _ in sampled} >= set(UNITS) for sampled in found] == [True] * 8


@pytest.fixture
def driver(monkeypatch):
    """A stand-in for NVML, since a machine with two NVIDIA devices cannot be asked for."""
    nvml = types.ModuleType("pynvml")
    nvml.NVML_TEMPERATURE_GPU = 0
    nvml.nvmlInit = lambda: None
    nvml.nvmlDeviceGetCount = lambda: 2
    nvml.nvmlDeviceGetHandleByIndex = lambda number: number
    nvml.nvmlDeviceGetUtilizationRates = lambda handle: types.SimpleNamespace(gpu=40 + handle)
    nvml.nvmlDeviceGetMemoryInfo = lambda handle: types.SimpleNamespace(used=2, total=8)
    nvml.nvmlDeviceGetPowerUsage = lambda handle: 250_500

    def temperature(handle, sensor):
        if handle == 1:
            raise RuntimeError("Not Supported")
        return 61

    nvml.nvmlDeviceGetTemperature = temperature
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    return nvml


def test_every_device_is_read_and_units_are_converted(driver):
    sampled = SystemSampler().sample()
    assert [reading for reading in sampled if reading[0].startswith("gpu")] == [
        ("gpu_0_usage", 40.0, "%"),
        ("gpu_0_memory_usage", 25.0, "%"),
        ("gpu_0_power", 250.5, "W"),
        ("gpu_0_temperature", 61.0, "°C"),
        ("gpu_1_usage", 41.0, "%"),
        ("gpu_1_memory_usage", 25.0, "%"),
        ("gpu_1_power", 250.5, "W"),
    ]


def test_amd_devices(monkeypatch):
    smi = types.ModuleType("amdsmi")
    smi.amdsmi_init = lambda: None
    smi.amdsmi_get_processor_handles = lambda: ["card"]
    smi.amdsmi_get_gpu_activity = lambda handle: {"gfx_activity": 12}
    smi.amdsmi_get_gpu_vram_usage = lambda handle: {"vram_used": 1, "vram_total": 4}
    smi.amdsmi_get_power_info = lambda handle: {"current_socket_power": "N/A", "average_socket_power": 90}
    smi.AmdSmiTemperatureType = types.SimpleNamespace(EDGE=0)
    smi.AmdSmiTemperatureMetric = types.SimpleNamespace(CURRENT=0)
    smi.amdsmi_get_temp_metric = lambda handle, sensor, metric: 55
    monkeypatch.setitem(sys.modules, "pynvml", None)
    monkeypatch.setitem(sys.modules, "amdsmi", smi)
    reader = gpu.find_gpu_reader()
    assert reader is not None
    assert reader() == [
        [("usage", 12.0, "%"), ("memory_usage", 25.0, "%"), ("power", 90.0, "W"), ("temperature", 55.0, "°C")]
    ]


def test_no_library_no_reader(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    monkeypatch.setitem(sys.modules, "amdsmi", None)
    assert gpu.find_gpu_reader() is None
