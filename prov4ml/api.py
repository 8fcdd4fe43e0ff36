"""The module-level functions: those of a run, applied to the active one.

Each has the signature and the documentation of the method of `Run` with the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import index
from time import time_ns

from .clock import NANOSECONDS_PER_MILLISECOND
from .lifecycle import Active, active_run
from .options import FoldOperation
from .points import pack_point
from .recorder import ContextLike
from .records import PathLike
from .run import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


def _documented_by(method: Callable[..., Any]) -> Callable[[FunctionT], FunctionT]:
    def copy_documentation(function: FunctionT) -> FunctionT:
        function.__doc__ = method.__doc__
        return function

    return copy_documentation


@_documented_by(Run.log_metric)
def log_metric(
    key: str,
    value: float,
    context: ContextLike = None,
    step: int | None = None,
    source: str | None = None,
    timestamp: int | None = None,
) -> None:
    # The body of Run.log_metric once more and no call of it: a call is a seventh of the cost of a point.
    try:
        run = Active.run
        number, next_step = run._series[source][context][key]  # type: ignore[union-attr]
        moment = time_ns() if timestamp is None else index(timestamp) * NANOSECONDS_PER_MILLISECOND
        if step is None:
            step = next_step()
        points = run._points  # type: ignore[union-attr]
        waiting = points.waiting
        waiting.append(pack_point(number, 0, step, moment, value))
    except Exception:
        active_run()._log_unusual_metric(key, value, context, step, source, timestamp)
        return
    if len(waiting) >= points.limit:
        points.flush()
    elif not points.flusher_awake:
        points.wake_flusher()


@_documented_by(Run.log_metrics)
def log_metrics(
    metrics: Mapping[str, float],
    context: ContextLike = None,
    step: int | None = None,
    source: str | None = None,
    timestamp: int | None = None,
) -> None:
    active_run().log_metrics(metrics, context, step, source, timestamp)


@_documented_by(Run.register_final_metric)
def register_final_metric(
    metric_name: str,
    initial_value: float,
    fold_operation: FoldOperation | Callable[[Any, Any], Any],
) -> None:
    active_run().register_final_metric(metric_name, initial_value, fold_operation)


@_documented_by(Run.log_param)
def log_param(
    key: str,
    value: Any,
    context: ContextLike = None,
    source: str | None = None,
    is_input: bool = True,
) -> None:
    active_run().log_param(key, value, context, source, is_input)


@_documented_by(Run.log_params)
def log_params(
    params: Mapping[str, Any],
    context: ContextLike = None,
    source: str | None = None,
    is_input: bool = True,
) -> None:
    active_run().log_params(params, context, source, is_input)


@_documented_by(Run.log_context)
def log_context(context: ContextLike, is_subcontext_of: ContextLike = None) -> None:
    active_run().log_context(context, is_subcontext_of)


@_documented_by(Run.log_artifact)
def log_artifact(
    artifact_name: str,
    artifact_path: PathLike,
    context: ContextLike = None,
    step: int | None = None,
    timestamp: int | None = None,
    source: str | None = None,
    log_copy_in_prov_directory: bool = True,
    log_copy_subdirectory: str | None = None,
    is_model: bool = False,
    is_input: bool = False,
    other_attrs: Mapping[str, Any] | None = None,
) -> None:
    active_run().log_artifact(
        artifact_name,
        artifact_path,
        context,
        step,
        timestamp,
        source,
        log_copy_in_prov_directory,
        log_copy_subdirectory,
        is_model,
        is_input,
        other_attrs,
    )


@_documented_by(Run.log_model)
def log_model(
    model: Any,
    model_name: Any = "default",
    log_model_info: bool = True,
    log_model_layers: bool = False,
    log_as_artifact: bool = True,
) -> None:
    active_run().log_model(model, model_name, log_model_info, log_model_layers, log_as_artifact)


@_documented_by(Run.save_model_version)
def save_model_version(
    model: Any,
    model_name: str,
    context: ContextLike = None,
    step: int | None = None,
    timestamp: int | None = None,
    incremental: bool = True,
) -> None:
    active_run().save_model_version(model, model_name, context, step, timestamp, incremental)


@_documented_by(Run.log_dataset)
def log_dataset(
    dataset: Any,
    label: Any = "dataset",
    context: ContextLike = None,
    log_dataset_info: bool = True,
) -> None:
    active_run().log_dataset(dataset, label, context, log_dataset_info)


@_documented_by(Run.log_input)
def log_input(value: Any, log_copy_in_prov_directory: bool = True) -> None:
    active_run().log_input(value, log_copy_in_prov_directory)


@_documented_by(Run.log_output)
def log_output(value: Any, log_copy_in_prov_directory: bool = True) -> None:
    active_run().log_output(value, log_copy_in_prov_directory)


@_documented_by(Run.log_source_code)
def log_source_code(path: PathLike | None = None, use_git: bool = True) -> None:
    active_run().log_source_code(path, use_git)


@_documented_by(Run.log_execution_command)
def log_execution_command(cmd: str | Sequence[str], path: PathLike | None = None) -> None:
    active_run().log_execution_command(cmd, path)


@_documented_by(Run.log_execution_start_time)
def log_execution_start_time() -> None:
    active_run().log_execution_start_time()


@_documented_by(Run.log_execution_end_time)
def log_execution_end_time() -> None:
    active_run().log_execution_end_time()


@_documented_by(Run.log_current_execution_time)
def log_current_execution_time(label: str, context: ContextLike, step: int | None = None) -> None:
    active_run().log_current_execution_time(label, context, step)


@_documented_by(Run.log_system_metrics)
def log_system_metrics(
    context: ContextLike,
    step: int | None = None,
    synchronous: bool = True,
    timestamp: int | None = None,
) -> None:
    active_run().log_system_metrics(context, step, synchronous, timestamp)


@_documented_by(Run.log_carbon_metrics)
def log_carbon_metrics(context: ContextLike, step: int | None = None) -> None:
    active_run().log_carbon_metrics(context, step)


@_documented_by(Run.log_flops_per_batch)
def log_flops_per_batch(
    label: str,
    model: Any,
    batch: Any,
    context: ContextLike,
    step: int | None = None,
) -> None:
    active_run().log_flops_per_batch(label, model, batch, context, step)


@_documented_by(Run.log_flops_per_epoch)
def log_flops_per_epoch(
    label: str,
    model: Any,
    dataset: Any,
    context: ContextLike,
    step: int | None = None,
) -> None:
    active_run().log_flops_per_epoch(label, model, dataset, context, step)


@_documented_by(Run.get_run_dir)
def get_run_dir() -> str | None:
    return active_run().get_run_dir()


@_documented_by(Run.get_artifacts_dir)
def get_artifacts_dir() -> str | None:
    return active_run().get_artifacts_dir()


def end_run(
    create_graph: bool = False,
    create_svg: bool = False,
    crate_ro_crate: bool = False,
    create_card: bool = False,
) -> None:
    """End the active run and package it.

    With the packager installed this makes `<run>/packaged/` with `prov.json` and the metric store; without
    it, or with `PROV4ML_FINALIZE=0`, the raw directory stays and one line says how to package it later. With
    several ranks the last one to end packages.

    Args:
        create_graph: also draw the provenance as `graph.dot`.
        create_svg: also draw it as `graph.svg` (and `graph.dot`).
        crate_ro_crate: also make the RO-Crate `<run>.zip` beside the run directory.
        create_card: also write a model card, `packaged/model_card.md`.

    Raises:
        Prov4MLError: no run is active. A packaging that fails raises nothing: it warns and can be repeated.
    """
    active_run().end(create_graph, create_svg, crate_ro_crate, create_card)
