import os
import subprocess
import sys
from importlib import metadata

import pytest

from prov4ml import environment
from prov4ml.environment import describe_process, installed_packages


def test_describe_process(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train.py", "--token", "hf_secret", "https://a:b@host/x"])
    monkeypatch.setenv("MY_CANARY", "canary-value")
    described = describe_process()
    assert list(described) == [
        "host",
        "pid",
        "user",
        "python",
        "platform",
        "cpu_count",
        "devices",
        "packages",
        "git",
        "script",
        "command",
    ]
    assert described["pid"] == os.getpid()
    assert described["command"] == ["train.py", "--token", "***", "https://***@host/x"]
    assert described["python"]["version"].startswith(f"{sys.version_info.major}.{sys.version_info.minor}.")
    assert "canary-value" not in str(described)


def test_packages_are_those_that_importlib_finds():
    expected = {}
    for found in metadata.distributions():
        name = (found.metadata["Name"] or "").lower().replace("_", "-").replace(".", "-")
        if name:
            expected.setdefault(name, found.version)
    assert installed_packages() == dict(sorted(expected.items()))


def test_packages_of_a_broken_environment(tmp_path, monkeypatch):
    for name in ("Zope.Event-5.0.dist-info", "empty.dist-info", "-.dist-info", "old-1.0-py3.11.egg-info"):
        (tmp_path / name).mkdir()
    (tmp_path / "develop.egg-info").mkdir()
    (tmp_path / "develop.egg-info" / "PKG-INFO").write_bytes(b"Name: develop\nVersion: 2.0\n\xff")
    (tmp_path / "file.egg-info").write_text("not a folder")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "absent"), str(tmp_path), str(tmp_path)])
    assert installed_packages() == {"develop": "2.0", "old": "1.0", "zope-event": "5.0"}


def test_a_user_without_a_name(monkeypatch):
    import getpass

    def unknown():
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", unknown)
    assert describe_process()["user"] == (str(os.getuid()) if hasattr(os, "getuid") else None)


def test_devices_from_the_driver_files(tmp_path):
    card = tmp_path / "nvidia" / "0000:01:00.0"
    card.mkdir(parents=True)
    (card / "information").write_text("Model: \t\t NVIDIA A100-SXM4-80GB\nIRQ: 11\n")
    assert environment._nvidia_devices(str(tmp_path / "nvidia")) == [
        {"kind": "gpu", "name": "NVIDIA A100-SXM4-80GB", "memory": None}
    ]
    device = tmp_path / "drm" / "card0" / "device"
    device.mkdir(parents=True)
    (tmp_path / "drm" / "card0-DP-1").mkdir()
    (device / "vendor").write_text("0x1002\n")
    (device / "mem_info_vram_total").write_text("17163091968\n")
    assert environment._amd_devices(str(tmp_path / "drm")) == [
        {"kind": "gpu", "name": "AMD", "memory": 17163091968}
    ]


def test_describing_a_process_loads_no_third_party_module():
    code = (
        "import sys, prov4ml.environment as e; before = set(sys.modules); e.describe_process();"
        "print([m for m in set(sys.modules) - before if m.partition('.')[0] not in sys.stdlib_module_names])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "module",
    [
        "typed",
        "files",
        "environment",
        "git",
        "models",
        "datasets",
        "system",
        "carbon",
        "flops",
        "source_code",
    ],
)
def test_importing_a_recorder_loads_nothing_heavy(module):
    heavy = {"subprocess", "platform", "importlib.metadata", "dataclasses", "inspect", "logging", "pickle"}
    code = (
        f"import sys; bare = set(sys.modules); sys.modules['prov4ml'] = type(sys)('prov4ml');"
        f"sys.modules['prov4ml'].__path__ = [{str(os.path.dirname(environment.__file__))!r}];"
        f"import prov4ml.{module}; print(sorted((set(sys.modules) - bare) & {heavy!r}),"
        "[m for m in set(sys.modules) - bare"
        " if m.partition('.')[0] not in sys.stdlib_module_names | {'prov4ml'}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] []\n"
