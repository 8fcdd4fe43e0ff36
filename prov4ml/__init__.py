"""prov4ml: a minimal runtime logger for machine-learning runs.

It writes raw run directories (`docs/run-directory.md`), cheaply, with the standard library only; the
`prov4ml-pack` command turns them into metric stores, W3C PROV and RO-Crates, offline.
"""

from .api import (
    end_run,
    get_artifacts_dir,
    get_run_dir,
    log_artifact,
    log_carbon_metrics,
    log_context,
    log_current_execution_time,
    log_dataset,
    log_execution_command,
    log_execution_end_time,
    log_execution_start_time,
    log_flops_per_batch,
    log_flops_per_epoch,
    log_input,
    log_metric,
    log_metrics,
    log_model,
    log_output,
    log_param,
    log_params,
    log_source_code,
    log_system_metrics,
    register_final_metric,
    save_model_version,
)
from .errors import Prov4MLError
from .options import CompressorType, Context, FoldOperation, MetricsType
from .run import Run
from .start import start_run
from .version import __version__

__all__ = [
    "CompressorType",
    "Context",
    "FoldOperation",
    "MetricsType",
    "Prov4MLError",
    "Run",
    "__version__",
    "end_run",
    "get_artifacts_dir",
    "get_run_dir",
    "log_artifact",
    "log_carbon_metrics",
    "log_context",
    "log_current_execution_time",
    "log_dataset",
    "log_execution_command",
    "log_execution_end_time",
    "log_execution_start_time",
    "log_flops_per_batch",
    "log_flops_per_epoch",
    "log_input",
    "log_metric",
    "log_metrics",
    "log_model",
    "log_output",
    "log_param",
    "log_params",
    "log_source_code",
    "log_system_metrics",
    "register_final_metric",
    "save_model_version",
    "start_run",
]
