"""What a process is and where it runs: the fields of the journal's `rank_start` line.

Values of environment variables are never recorded; the command line is redacted.
"""

from __future__ import annotations

import os
import re
import sys

from .git import describe_git
from .redaction import redact_arguments
from .source_code import running_script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_AMD_VENDOR = "0x1002"
_MAXIMUM_PACKAGE_FILE = 4096


def describe_process() -> dict[str, Any]:
    """Describe this process; never raises, and what cannot be found is None or empty.

    Returns:
        `host`, `pid`, `user`, `python`, `platform`, `cpu_count` (logical), `devices` (graphics processors;
        `memory` in bytes), `packages`, `git` (of the script's folder, else of the working directory),
        `script`, `command`, as in docs/run-directory.md.
    """
    import platform

    script = running_script()
    return {
        "host": platform.node() or None,
        "pid": os.getpid(),
        "user": _user(),
        "python": {"implementation": platform.python_implementation(), "version": platform.python_version()},
        "platform": {
            "system": platform.system(),
            "release": platform.release(),
            "machine": platform.machine(),
        },
        "cpu_count": os.cpu_count(),
        "devices": describe_devices(),
        "packages": installed_packages(),
        "git": describe_git(script.parent if script is not None else "."),
        "script": None if script is None else str(script),
        "command": redact_arguments([str(argument) for argument in getattr(sys, "argv", [])]),
    }


def installed_packages() -> dict[str, str]:
    """Return the version of every distribution on `sys.path`, by normalized name (PEP 503), sorted.

    Reads the names of `*.dist-info` folders only: opening the metadata of a few hundred packages, as
    `importlib.metadata` does, would delay the start of every run. Of several versions the first
    on the path counts, as it does for `import`.
    """
    packages: dict[str, str] = {}
    for directory in dict.fromkeys(sys.path):
        try:
            names = os.listdir(directory or ".")
        except OSError:
            continue
        for name in sorted(names):
            if name.endswith(".dist-info"):
                project, _, version = name.removesuffix(".dist-info").partition("-")
            elif name.endswith(".egg-info"):
                project, _, version = name.removesuffix(".egg-info").partition("-")
                version = version.partition("-py")[0] or _egg_version(os.path.join(directory, name))
            else:
                continue
            if project and version:
                packages.setdefault(re.sub(r"[-_.]+", "-", project).lower(), version)
    return dict(sorted(packages.items()))


def describe_devices() -> list[dict[str, Any]]:
    """Return the graphics processors that can be found without loading a library or starting a program.

    Each is {`kind`: "gpu", `name`, `memory`: bytes or None}. PyTorch is asked only where it is loaded and
    has already initialized the devices: the question would otherwise make later forks fail.
    """
    for find in (_torch_devices, _nvidia_devices, _amd_devices):
        try:
            devices = find()
        except Exception:
            continue  # a driver's files or a half-loaded library; the next source may answer
        if devices:
            return devices
    return []


def _user() -> str | None:
    import getpass

    try:
        return getpass.getuser()
    except (
        Exception
    ):  # a container's user without a name: KeyError, from 3.13 on OSError; no pwd: ImportError
        return str(os.getuid()) if hasattr(os, "getuid") else None


def _egg_version(path: str) -> str:
    try:
        with open(os.path.join(path, "PKG-INFO"), encoding="utf-8", errors="replace") as file:
            match = re.search(r"^Version:\s*(\S+)", file.read(_MAXIMUM_PACKAGE_FILE), re.MULTILINE)
    except OSError:
        return ""
    return match[1] if match else ""


def _torch_devices() -> list[dict[str, Any]]:
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    if cuda is None or not cuda.is_initialized():
        return []
    properties = [cuda.get_device_properties(number) for number in range(cuda.device_count())]
    return [_device(str(found.name), int(found.total_memory)) for found in properties]


def _nvidia_devices(root: str = "/proc/driver/nvidia/gpus") -> list[dict[str, Any]]:
    devices = []
    for name in sorted(os.listdir(root)):
        model = re.search(
            r"^Model:\s*(.+?)\s*$", _read(os.path.join(root, name, "information")), re.MULTILINE
        )
        devices.append(_device(model[1] if model else "NVIDIA", None))
    return devices


def _amd_devices(root: str = "/sys/class/drm") -> list[dict[str, Any]]:
    devices = []
    for name in sorted(os.listdir(root)):
        folder = os.path.join(root, name, "device")
        if not re.fullmatch(r"card[0-9]+", name) or _read(os.path.join(folder, "vendor")) != _AMD_VENDOR:
            continue
        memory = _read(os.path.join(folder, "mem_info_vram_total"))
        product = _read(os.path.join(folder, "product_name"))
        devices.append(_device(product or "AMD", int(memory) if memory.isdecimal() else None))
    return devices


def _device(name: str, memory: int | None) -> dict[str, Any]:
    return {"kind": "gpu", "name": name, "memory": memory}


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_MAXIMUM_PACKAGE_FILE).strip()
    except OSError:
        return ""
