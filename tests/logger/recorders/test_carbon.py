import importlib.util
import json
import os
import subprocess
import sys

import pytest

from prov4ml.carbon import CarbonSampler, CarbonUnavailable

needs_codecarbon = pytest.mark.skipif(
    importlib.util.find_spec("codecarbon") is None,
    reason="codecarbon is not installed: pip install 'prov4ml[carbon]'",
)

# A real tracker in a process in which every way to the network is counted and refused.
PROGRAM = """
import json, logging, os, socket, sys, time
attempts = []
def refuse(name):
    def refused(*arguments, **named):
        attempts.append(f"{name}{arguments!r}")
        raise OSError("no network here")
    return refused
# Not "bind": urllib3 learns from one to ::1, which sends nothing, whether the machine speaks IPv6.
for name in ("connect", "connect_ex", "sendto", "sendmsg"):
    setattr(socket.socket, name, refuse(name))
for name in ("getaddrinfo", "gethostbyname", "create_connection", "getfqdn"):
    setattr(socket, name, refuse(name))
from prov4ml.carbon import CarbonSampler
logger = logging.getLogger("codecarbon")
mine = logging.NullHandler()
logger.addHandler(mine)
logger.setLevel(logging.ERROR)
began = time.perf_counter()
sampler = CarbonSampler(*sys.argv[1:])
delay = time.perf_counter() - began
first = sampler.sample()
at_once = sampler.sample()
time.sleep(0.3)
second = sampler.sample()
sampler.stop()
sampler.stop()
restored = (logger.level, logger.propagate, logger.disabled, logger.handlers == [mine])
json.dump({"first": first, "at_once": at_once, "second": second, "after": sampler.sample(), "delay": delay,
           "attempts": attempts, "note": sampler.emissions_note, "restored": restored}, sys.stdout)
"""


def run(folder, *arguments, **variables):
    home = folder / "home"
    home.mkdir()
    # A user's configuration that asks for everything that must not happen.
    (home / ".codecarbon.config").write_text(
        "[codecarbon]\nsave_to_api = true\nsave_to_file = true\napi_key = k\nlog_level = debug\n"
        "co2_signal_api_token = t\nelectricitymaps_api_token = t\nemissions_endpoint = http://127.0.0.1:9/x\n"
        "allow_multiple_runs = false\noutput_dir = /absent\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CODECARBON")}
    environment |= {"HOME": str(home), **variables}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        timeout=60,
    )
    assert done.stderr == ""
    assert {path.name for path in folder.iterdir()} == {"home"}
    assert [path.name for path in home.iterdir() if path.name != ".cache"] == [".codecarbon.config"]
    return json.loads(done.stdout)


@needs_codecarbon
def test_offline_silent_and_quick(tmp_path):
    done = run(tmp_path, "fra")
    assert done["attempts"] == []
    assert done["delay"] < 0.2
    assert done["restored"] == [40, True, False, True]
    assert (done["at_once"], done["after"], done["note"]) == ([], [], None)
    for sampled in (done["first"], done["second"]):
        values = {key: value for key, value, _ in sampled}
        units = {key: unit for key, _, unit in sampled if not key.startswith("gpu")}
        assert units == {
            "emissions": "gCO2eq",
            "emissions_rate": "gCO2eq/s",
            "cpu_power": "W",
            "cpu_energy": "J",
            "ram_power": "W",
            "ram_energy": "J",
            "energy_consumed": "J",
        }
        parts = values["cpu_energy"] + values["ram_energy"] + values.get("gpu_energy", 0.0)
        assert values["energy_consumed"] == pytest.approx(parts)
        assert values["energy_consumed"] > 0
        seconds = values["ram_energy"] / values["ram_power"]
        assert values["emissions_rate"] == pytest.approx(values["emissions"] / seconds)
    assert 0.25 < seconds < 1.5  # the second sample counts from the first, not from the start


@needs_codecarbon
def test_without_a_country_there_are_no_emissions(tmp_path):
    done = run(tmp_path)
    assert done["attempts"] == []
    assert "emissions" not in {key for key, _, _ in done["second"]}
    assert {"cpu_energy", "ram_energy", "energy_consumed"} <= {key for key, _, _ in done["second"]}
    assert done["note"] == (
        "emissions are not recorded, since the country is not known: pass country_iso_code to start_run or "
        "set CODECARBON_COUNTRY_ISO_CODE"
    )


@needs_codecarbon
def test_the_country_of_the_environment_and_one_without_data(tmp_path):
    known, unknown = tmp_path / "known", tmp_path / "unknown"
    known.mkdir()
    unknown.mkdir()
    done = run(known, CODECARBON_COUNTRY_ISO_CODE="ITA")
    assert "emissions" in {key for key, _, _ in done["second"]}
    done = run(unknown, "XYZ")
    assert "emissions" not in {key for key, _, _ in done["second"]}
    assert done["note"] == "emissions are not recorded: codecarbon has no data for country 'XYZ'"


@needs_codecarbon
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_during_the_start_does_not_hang(tmp_path):
    program = (
        "import os, sys\n"
        "from prov4ml.carbon import CarbonSampler\n"
        "sampler = CarbonSampler('FRA')\n"
        "child = os.fork()\n"
        "import pandas, codecarbon\n"
        "if child == 0: os._exit(0)\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "sampler.stop()\n"
        "assert sampler.sample() == []\n"
    )
    # From 3.12 on Python warns of the fork that is the point here.
    quiet = ["-W", "ignore:This process:DeprecationWarning"]
    done = subprocess.run([sys.executable, *quiet, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_codecarbon_absent(monkeypatch):
    monkeypatch.setitem(sys.modules, "codecarbon", None)
    with pytest.raises(CarbonUnavailable, match=r"pip install 'prov4ml\[carbon\]'"):
        CarbonSampler("FRA")
