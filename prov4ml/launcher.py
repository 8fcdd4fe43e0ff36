"""Which rank this process is, of how many, and what the ranks of one job have in common."""

import os
from collections.abc import Mapping
from typing import NamedTuple

# Innermost first: a batch script's SLURM_PROCID=0 is inherited by everything that mpirun starts in it.
_LAUNCHERS = (
    ("torchrun", "RANK", ("WORLD_SIZE",)),
    ("openmpi", "OMPI_COMM_WORLD_RANK", ("OMPI_COMM_WORLD_SIZE",)),
    ("pmix", "PMIX_RANK", ("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS")),
    ("pmi", "PMI_RANK", ("PMI_SIZE",)),
    ("pals", "PALS_RANKID", ("PMI_SIZE",)),
    ("flux", "FLUX_TASK_RANK", ("FLUX_JOB_SIZE",)),
    ("slurm", "SLURM_PROCID", ("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS")),
)


class Launch(NamedTuple):
    """What the launcher says.

    Attributes:
        launcher: its name as in the journal, or None for a process started by hand.
        rank: 0 without a launcher.
        world_size: None where it is not said.
        identity: text that only the ranks of this job share, or None.
        by_address: the identity is no more than a host and a port, which a later job may use again.
    """

    launcher: str | None
    rank: int
    world_size: int | None
    identity: str | None
    by_address: bool


def _number(environment: Mapping[str, str], name: str) -> int | None:
    try:
        number = int(environment[name])
    except (KeyError, ValueError):
        return None
    return number if number >= 0 else None


def _slurm_identity(environment: Mapping[str, str]) -> str | None:
    job = environment.get("SLURM_JOB_ID")
    if not job:
        return None
    step = environment.get("SLURM_STEP_ID", "")
    return f"slurm:{job}.{step}.{environment.get('SLURM_RESTART_COUNT', '0')}"


def _pmix_identity(environment: Mapping[str, str]) -> str | None:
    namespace = environment.get("PMIX_NAMESPACE")
    if not namespace:
        return None
    # A job that Slurm starts again keeps its namespace.
    return f"pmix:{namespace}.{environment.get('SLURM_RESTART_COUNT', '0')}"


def _named_identity(environment: Mapping[str, str], name: str) -> str | None:
    value = environment.get(name)
    return f"{name}:{value}" if value and value != "none" else None


def _identity(environment: Mapping[str, str], launcher: str | None) -> tuple[str | None, bool]:
    # mpirun's remote processes may carry another Slurm step than the local ones, so its own name goes first.
    own = {
        "torchrun": lambda: _named_identity(environment, "TORCHELASTIC_RUN_ID"),
        "openmpi": lambda: _pmix_identity(environment),
        "pmix": lambda: _pmix_identity(environment),
        "pals": lambda: _named_identity(environment, "PALS_APID"),
        "flux": lambda: _named_identity(environment, "FLUX_JOB_ID"),
    }.get(launcher or "", lambda: None)()
    strong = own or _slurm_identity(environment) or _pmix_identity(environment)
    if launcher is not None and strong:
        return strong, False
    address, port = environment.get("MASTER_ADDR"), environment.get("MASTER_PORT")
    if address and port:
        return f"address:{address}:{port}", True
    return None, False


def detect_launch(environment: Mapping[str, str] | None = None) -> Launch:
    """Return what the innermost launcher says in the environment variables.

    The rank is that of `RANK` (only with `WORLD_SIZE`), `OMPI_COMM_WORLD_RANK`, `PMIX_RANK`, `PMI_RANK`,
    `PALS_RANKID`, `FLUX_TASK_RANK` or `SLURM_PROCID`, the first that is there and is a number.

    Args:
        environment: the variables; `os.environ` if not given.
    """
    if environment is None:
        environment = os.environ
    for launcher, rank_name, size_names in _LAUNCHERS:
        rank = _number(environment, rank_name)
        if rank is None or (launcher == "torchrun" and _number(environment, "WORLD_SIZE") is None):
            continue
        sizes = (_number(environment, name) for name in size_names)
        world_size = next((size for size in sizes if size), None)
        identity, by_address = _identity(environment, launcher)
        return Launch(launcher, rank, world_size, identity, by_address)
    identity, by_address = _identity(environment, None)
    return Launch(None, 0, None, identity, by_address)
