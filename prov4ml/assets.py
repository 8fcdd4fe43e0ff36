"""Recording models, their versions, and datasets."""

from __future__ import annotations

import os
from threading import RLock

from .datasets import describe_dataset
from .files import adopt_into, copy_into, record_file, staging_directory, write_bytes_into
from .models import UnsupportedModel, describe_model, save_model
from .recorder import ContextLike, Recorder, exact_text, recorded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MODELS_DIRECTORY = "models"


def _asset_first(first: Any, second: Any) -> tuple[Any, Any]:
    """Return a model or dataset and its name in this order; a text is the name unless it alone is a path."""
    if not isinstance(first, str) or second is None:
        return first, second
    if isinstance(second, str) and (os.path.exists(first) or not os.path.exists(second)):
        return first, second
    return second, first


class AssetRecorder(Recorder):
    """The methods of a run that look at a foreign object: a model or a dataset."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._versioning = RLock()
        self._versions: dict[str, int] = {}
        self._version_paths: dict[str, list[str]] = {}  # one of each version

    @recorded
    def log_model(
        self,
        model: Any,
        model_name: Any = "default",
        log_model_info: bool = True,
        log_model_layers: bool = False,
        log_as_artifact: bool = True,
    ) -> None:
        """Log a model: its size, its layers, its weights.

        Args:
            model: a PyTorch module, a scikit-learn estimator, a Keras model, a path, or bytes. Model and name
                may also come in the other order.
            model_name: its name in the record.
            log_model_info: record the number of parameters and the memory.
            log_model_layers: record each layer.
            log_as_artifact: save the weights into the run directory; where that fails the model is logged
                without them, with a warning.
        """
        model, model_name = _asset_first(model, model_name)
        name = exact_text(model_name)
        described = describe_model(model, layers=log_model_layers)
        if not log_model_info:
            described.update(parameters=None, trainable_parameters=None, memory_bytes=None)
        file = None
        if log_as_artifact:
            try:
                file = self._store_model(model, name, "model")
            except (OSError, UnsupportedModel) as error:
                self.warn(f"model:{name}", f"model {name!r} is logged without its weights: {error}")
        self._journal.write("model", name=name, **described, file=file)

    @recorded
    def save_model_version(
        self,
        model: Any,
        model_name: str,
        context: ContextLike = None,
        step: int | None = None,
        timestamp: int | None = None,
        incremental: bool = True,
    ) -> None:
        """Save the next version of a model; versions count from 1 and each is derived from the one before.

        Args:
            model: as for `log_model`.
            model_name: the name that the versions share.
            context: where in the run; None is the run itself.
            step: step or epoch.
            timestamp: milliseconds since the epoch; None is now.
            incremental: false replaces the last version instead of adding one.
        """
        # Before the copy: an argument that cannot be meant leaves no copy that nothing tells of.
        place, moment = self._context_name(context), self._moment(timestamp)
        whole_step = None if step is None else self._whole_step(step)
        with self._versioning:
            self._save_next_version(model, exact_text(model_name), place, whole_step, moment, incremental)

    def _save_next_version(
        self, model: Any, name: str, context: str | None, step: int | None, moment: int, incremental: bool
    ) -> None:
        last = self._versions.get(name, 0)
        version = last + 1 if incremental or not last else last
        file = self._store_model(model, name, f"v{version}")
        self._journal.write(
            "model_version",
            time=moment,
            name=name,
            version=version,
            previous=version - 1 or None,
            file=file,
            context=context,
            step=step,
        )
        paths = self._version_paths.setdefault(name, [])
        if version == last:
            # Only now: killed before this line, the journal still tells of a file that is there. An earlier
            # version with the same content may share the file.
            replaced = paths.pop()
            if replaced not in [*paths, file["path"]]:
                (self._directory / replaced).unlink(missing_ok=True)
        paths.append(file["path"])
        self._versions[name] = version

    def _store_model(self, model: Any, name: str, stem: str) -> dict[str, Any]:
        folder = (_MODELS_DIRECTORY, name)
        if isinstance(model, (bytes, bytearray, memoryview)):
            return write_bytes_into(
                bytes(model), self._directory, folder, f"{stem}.bin", original=f"{stem}.bin"
            )
        if isinstance(model, (str, os.PathLike)):
            from pathlib import Path

            source = Path(model)
            return copy_into(source, self._directory, folder, stem + source.suffix)
        with staging_directory(self._directory) as staging:
            saved = save_model(model, staging, stem)
            return adopt_into(saved, self._directory, folder, saved.name, original=saved.name)

    @recorded
    def log_dataset(
        self, dataset: Any, label: Any = "dataset", context: ContextLike = None, log_dataset_info: bool = True
    ) -> None:
        """Log a dataset: sizes, shapes, and a hash of its content where that needs no loading.

        Args:
            dataset: a PyTorch DataLoader, Dataset or Subset, a numpy array, a pandas frame, or a path, which
                is recorded by path, size and hash, without a copy. Dataset and label may change places.
            label: its name in the record.
            context: where in the run; None is the run itself.
            log_dataset_info: record sizes and shapes.
        """
        dataset, label = _asset_first(dataset, label)
        described = describe_dataset(dataset)
        is_path = isinstance(dataset, (str, os.PathLike))
        place = self._context_name(context)
        file = record_file(dataset, original=os.fspath(dataset)) if is_path else None
        self._journal.write(
            "dataset",
            **{"class": described["class"]},
            label=exact_text(label),
            context=place,
            info=described["info"] if log_dataset_info else {},
            sha256=described["sha256"] if file is None else file["sha256"],
            file=file,
        )
