"""The names that scripts rely on, and no others."""

import inspect

import prov4ml

DOCUMENTED = {
    "CompressorType", "Context", "FoldOperation", "MetricsType", "Prov4MLError", "Run", "__version__",
    "end_run", "get_artifacts_dir", "get_run_dir", "log_artifact", "log_carbon_metrics", "log_context",
    "log_current_execution_time", "log_dataset", "log_execution_command", "log_execution_end_time",
    "log_execution_start_time", "log_flops_per_batch", "log_flops_per_epoch", "log_input", "log_metric",
    "log_metrics", "log_model", "log_output", "log_param", "log_params", "log_source_code",
    "log_system_metrics", "register_final_metric", "save_model_version", "start_run",
}  # fmt: skip


def test_the_public_names_are_pinned() -> None:
    assert sorted(prov4ml.__all__) == sorted(DOCUMENTED)


def test_every_public_name_is_there_and_documented() -> None:
    for name in prov4ml.__all__:
        value = getattr(prov4ml, name)
        assert name == "__version__" or inspect.getdoc(value), name


def test_a_run_has_the_methods_of_the_module() -> None:
    functions = {name for name in DOCUMENTED if name.startswith(("log_", "get_", "register_", "save_"))}
    missing = {name for name in functions if not callable(getattr(prov4ml.Run, name, None))}
    assert not missing
