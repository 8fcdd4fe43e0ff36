"""The program that logged a run, as the engine that organized its steps."""

from urllib.parse import quote

from prov4ml.rundir import safe_name

from ...record import RunRecord
from ...text import escape_text
from ..entities import Entity

_PAGES = {
    "DVCLive": "https://dvc.org/doc/dvclive",
    "Lightning CSVLogger": "https://lightning.ai/docs/pytorch/stable/",
    "MLflow": "https://mlflow.org/",
    "TensorBoard": "https://www.tensorflow.org/tensorboard",
    "Trackio": "https://github.com/gradio-app/trackio",
    "prov4ml": "https://pypi.org/project/prov4ml/",
    "wandb": "https://wandb.ai/",
    "yProv4ML": "https://github.com/HPCI-Lab/yProvML",
}
"""Home pages of loggers whose runs can be imported."""


def engine_entity(run: RunRecord) -> Entity | None:
    """Return the logger of a run in its version; None where its home page, which it must have, is not known.

    RO-Crate 1.3 asks for the URL of every software (Workflows and Scripts), and Provenance Run Crate does not
    ask for an engine.
    """
    page = _PAGES.get(run.logger_name)
    if page is None:
        return None
    return {
        "@id": f"{page}#{quote(safe_name(run.logger_version))}",
        "@type": "SoftwareApplication",
        "name": escape_text(run.logger_name),
        "description": "The program that logged what happened, step by step.",
        "version": escape_text(run.logger_version),
        "url": page,
    }
