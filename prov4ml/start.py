"""`start_run`: check the arguments, find the rank, claim a directory."""

from __future__ import annotations

import os
import time
from collections import Counter
from enum import Enum

from .errors import Prov4MLError
from .lifecycle import activate, check_no_active_run, deactivate
from .options import CompressorType, MetricsType
from .run import Run
from .rundir import CSV_SEPARATORS, FORMAT_VERSION, safe_name
from .version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any, TypeVar

    from .directory import Identity, RunDirectory
    from .launcher import Launch

    EnumT = TypeVar("EnumT", bound=Enum)


_runs_started: Counter[tuple[str, str]] = Counter()
"""How often this process started an experiment under a launcher's identity; ranks count alike."""


def _check_member(value: Any, kind: type[EnumT], argument: str) -> EnumT:
    if isinstance(value, kind):
        return value
    names = ", ".join(f"{kind.__name__}.{name}" for name in kind.__members__)
    raise Prov4MLError(f"start_run: {argument}={value!r} is none of {names}")


def _check_switched_arguments(use_compressor: Any, disable_codecarbon: Any) -> None:
    if isinstance(use_compressor, bool) or isinstance(disable_codecarbon, CompressorType):
        raise Prov4MLError(
            f"start_run: use_compressor={use_compressor!r} and disable_codecarbon={disable_codecarbon!r}: "
            "use_compressor takes a CompressorType or None, disable_codecarbon takes True or False; "
            "pass them by name"
        )


def _check_count(value: Any, argument: str, smallest: int) -> int:
    try:
        number = int(value)
        if number == value and not isinstance(value, bool) and number >= smallest:
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    raise Prov4MLError(f"start_run: {argument}={value!r} is no whole number of at least {smallest}")


def _check_text(value: Any, argument: str) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    raise Prov4MLError(f"start_run: {argument}={value!r} is no text")


def _options(
    metrics_file_type: MetricsType, csv_separator: str, use_compressor: CompressorType | None, save_after: int
) -> dict[str, Any]:
    if not isinstance(csv_separator, str) or csv_separator not in CSV_SEPARATORS:
        raise Prov4MLError(
            f"start_run: csv_separator={csv_separator!r} cannot separate the fields of a CSV; "
            "use one of , ; | or a tab"
        )
    is_codec = use_compressor is not None and use_compressor.is_chunk_codec
    return {
        "metrics_file_type": metrics_file_type.value,
        "csv_separator": csv_separator,
        "compressor": use_compressor.value if use_compressor is not None and not is_codec else None,
        "chunk_codec": use_compressor.value if use_compressor is not None and is_codec else None,
        "save_after_n_logs": save_after,
    }


def _identity(launch: Launch, experiment: str, run_id: str | None) -> Identity | None:
    text = f"run_id:{run_id}" if run_id is not None else launch.identity
    if text is None:
        return None
    from .directory import Identity

    _runs_started[text, experiment] += 1
    return Identity(
        f"{text}\n{experiment}\n{_runs_started[text, experiment]}", run_id is None and launch.by_address
    )


def _save_path(given: Any, older: Any) -> Path:
    if given is not None and older is not None:
        raise Prov4MLError("start_run: prov_save_path and provenance_save_dir are the same; pass one of them")
    path = next((path for path in (given, older) if path is not None), "prov")
    if not isinstance(path, str | os.PathLike):
        raise Prov4MLError(f"start_run: prov_save_path={path!r} is no path")
    from pathlib import Path

    return Path(path)


def start_run(
    experiment_name: str,
    prov_user_namespace: str | None = None,
    prov_save_path: str | os.PathLike[str] | None = None,
    collect_all_processes: bool = False,
    save_after_n_logs: int = 100,
    rank: int | None = None,
    metrics_file_type: MetricsType = MetricsType.ZARR,
    csv_separator: str = ",",
    use_compressor: CompressorType | None = None,
    disable_codecarbon: bool = False,
    *,
    country_iso_code: str | None = None,
    use_run_id: str | int | None = None,
    provenance_save_dir: str | os.PathLike[str] | None = None,
) -> Run:
    """Start recording a run; the module's other functions then write to it.

    Makes `<prov_save_path>/<experiment_name>_<run id>/`, as `docs/run-directory.md` describes. The ranks of
    one job share one run.

    Args:
        experiment_name: any text; it becomes a safe folder name.
        prov_user_namespace: IRI of the default namespace of the provenance document.
        prov_save_path: where run directories go; `prov` in the working directory if not given.
        collect_all_processes: record every rank, each in a folder of its own; otherwise only rank 0 records
            and every call of the other ranks does nothing.
        save_after_n_logs: how many metric points are written at once, and so at most how many less one are
            lost if the process is killed. None stays longer than 5 s in memory.
        rank: this process's rank; None takes it from the launcher.
        metrics_file_type: format of the metric store that `end_run` makes.
        csv_separator: separator of a CSV store.
        use_compressor: how the run's zip is compressed (None: not), or the codec of the metric store.
        disable_codecarbon: do not sample energy; otherwise it is, where the `[carbon]` extra is installed.
        country_iso_code: three letters, such as `ITA`, for emissions; None takes
            `CODECARBON_COUNTRY_ISO_CODE`. Without a country, energy is recorded and emissions are not.
        use_run_id: the run id; ranks that pass the same one share the run. None takes the next free number.
        provenance_save_dir: older name of prov_save_path.

    Returns:
        The run, with the same methods as the module; also a context manager.

    Raises:
        Prov4MLError: an argument cannot be meant, another run is active, or the directory or a file in it
            cannot be made.
    """
    check_no_active_run()
    if not isinstance(experiment_name, str) or not experiment_name:
        raise Prov4MLError(f"start_run: experiment_name={experiment_name!r} is no text, or an empty one")
    _check_switched_arguments(use_compressor, disable_codecarbon)
    save_after = _check_count(save_after_n_logs, "save_after_n_logs", 1)
    options = _options(
        _check_member(metrics_file_type, MetricsType, "metrics_file_type"),
        csv_separator,
        None if use_compressor is None else _check_member(use_compressor, CompressorType, "use_compressor"),
        save_after,
    )
    # Here and not at the top: importing the logger costs less than starting a run.
    import uuid

    from .directory import claim_run_directory, give_up_claim
    from .launcher import detect_launch

    launch = detect_launch()
    if rank is not None:
        launch = launch._replace(rank=_check_count(rank, "rank", 0))
    run_id = None if use_run_id in (None, "") else safe_name(str(use_run_id))
    namespace = _check_text(prov_user_namespace, "prov_user_namespace")
    country = _check_text(country_iso_code, "country_iso_code")
    save_path = _save_path(prov_save_path, provenance_save_dir)
    place: RunDirectory | None = None
    identity: Identity | None = None
    if collect_all_processes or run_id is not None:
        identity = _identity(launch, experiment_name, run_id)
    try:
        if collect_all_processes or launch.rank == 0:
            description = {
                "format_version": FORMAT_VERSION,
                "uuid": str(uuid.uuid4()),
                "experiment": experiment_name,
                "created": time.time_ns(),
                "user_namespace": namespace,
                "world_size": launch.world_size,
                "collect_all_processes": bool(collect_all_processes),
                "options": options,
                "logger": {"name": "prov4ml", "version": __version__},
            }
            place = claim_run_directory(
                save_path.absolute(), description, launch.rank, identity=identity, run_id=run_id
            )
        run = Run(
            place,
            save_after,
            launch=launch,
            world_size=launch.world_size if collect_all_processes else 1,
            carbon=not disable_codecarbon,
            country_iso_code=country,
            on_end=deactivate,
        )
    except OSError as error:
        if place is not None:
            give_up_claim(place)
        raise Prov4MLError(
            f"start_run: {save_path}: cannot make the run directory ({error.strerror or error}); pass a "
            "prov_save_path that can be written"
        ) from error
    activate(run)
    if place is not None:
        _warn_of_surprises(run, place, launch, run_id, is_alone=collect_all_processes and identity is None)
    return run


def _warn_of_surprises(
    run: Run, place: RunDirectory, launch: Launch, run_id: str | None, *, is_alone: bool
) -> None:
    """Say where the run or the rank is another one than was asked for."""
    if run_id is not None and not place.path.name.endswith(f"_{run_id}"):
        run.warn("run_id", f"{place.path}: the run id {run_id} is taken by another run; this is a new one")
    if place.rank != launch.rank:
        run.warn(
            "rank",
            f"{place.path}: rank {launch.rank} is taken by another process; recording as rank {place.rank}",
        )
    if is_alone and launch.launcher is not None and launch.world_size != 1:
        run.warn(
            "identity",
            f"{place.path}: the launcher does not say which processes belong together; rank {launch.rank} of "
            f"{launch.world_size or 'unknown many'} records a run of its own. Pass one use_run_id to all",
        )
