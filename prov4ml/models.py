"""Models: how large they are, and their weights as a file.

PyTorch, scikit-learn and Keras objects are recognised by the modules of their classes; none of
these libraries is imported unless an object of it was given.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

from .typed import class_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any, Literal

    Library = Literal["torch", "state_dict", "sklearn", "keras", "bytes", "path", "object"]

_BASES = {
    ("torch", "Module"): "torch",
    ("sklearn", "BaseEstimator"): "sklearn",
    ("keras", "Model"): "keras",
    ("tf_keras", "Model"): "keras",
    ("tensorflow", "Model"): "keras",
}
_FITTED_WEIGHTS = ("coef_", "coefs_", "intercept_", "intercepts_")


class UnsupportedModel(Exception):
    """An object that cannot be saved as a model; the text says why and what can be."""


def describe_model(model: object, *, layers: bool = False) -> dict[str, Any]:
    """Describe a model; never raises, and what cannot be found is None.

    PyTorch modules: parameters counted once where they are shared, `memory_bytes` of parameters and buffers.
    Keras models: weights; an unbuilt model has no counts. scikit-learn: the elements of the fitted
    coefficients and intercepts (also of the last step of a pipeline), None for other estimators;
    `memory_bytes` of the arrays that the estimator holds itself. Bytes and files: their size.

    Args:
        model: any object.
        layers: also list the layers in the model's order: modules that hold parameters or have no children,
            with their own parameters; Keras layers; the steps of a scikit-learn pipeline.

    Returns:
        `class`, `parameters`, `trainable_parameters`, `memory_bytes`, `layers`, as in docs/run-directory.md.
    """
    described: dict[str, Any] = {
        "class": class_name(model),
        "parameters": None,
        "trainable_parameters": None,
        "memory_bytes": None,
        "layers": None,
    }
    library = _library(model)
    describe = _DESCRIBERS.get(library)
    list_layers = _LAYER_LISTERS.get(library) if layers else None
    # A model that is not built, not fitted or lazily initialised has nothing to count yet, and says so
    # in an error of its library.
    if describe is not None:
        with suppress(Exception):
            described |= describe(model)
    if list_layers is not None:
        with suppress(Exception):
            described["layers"] = list_layers(model)
    return described


def save_model(model: object, directory: Path, stem: str) -> Path:
    """Write a model's weights into a directory; the model is not changed.

    | model | file |
    |---|---|
    | PyTorch module (Lightning's too), or a dictionary of tensors | `.pt`, the state dictionary |
    | scikit-learn estimator | `.joblib`, or `.pkl` where joblib is absent |
    | Keras model | `.keras` |
    | bytes | `.bin` |
    | a path | nothing is written: the path itself is returned, for the caller to copy |
    | anything else that can be pickled | `.pkl` |

    Args:
        model: the model.
        directory: where to write; it exists.
        stem: the file's name without its suffix.

    Returns:
        The file written, or the given path.

    Raises:
        UnsupportedModel: the object cannot be saved; nothing is left behind.
        OSError: the file cannot be written.
    """
    from pathlib import Path

    library = _library(model)
    if library == "path":
        return Path(os.fsdecode(model))  # type: ignore[arg-type]
    target = Path(directory) / f"{stem}{_suffix(library)}"
    try:
        _save(model, library, target)
    except OSError:
        target.unlink(missing_ok=True)
        raise
    except Exception as error:
        target.unlink(missing_ok=True)
        raise UnsupportedModel(
            f"{class_name(model)} cannot be saved as a model ({type(error).__name__}: {error}); "
            "log a PyTorch module, a scikit-learn estimator, a Keras model, bytes, or the path of a file"
        ) from error
    return target


def _library(model: object) -> Library:
    if isinstance(model, bytes | bytearray | memoryview):
        return "bytes"
    if isinstance(model, str | os.PathLike):
        return "path"
    for base in type(model).__mro__:
        found = _BASES.get((base.__module__.partition(".")[0], base.__name__))
        if found is not None:
            return found  # type: ignore[return-value]
    if isinstance(model, Mapping) and _tensors(model):
        return "state_dict"
    return "object"


def _tensors(state: Mapping[Any, Any]) -> list[Any]:
    torch = sys.modules.get("torch")
    return [] if torch is None else [value for value in state.values() if isinstance(value, torch.Tensor)]


def _suffix(library: Library) -> str:
    if library == "sklearn":
        return ".joblib" if _joblib() is not None else ".pkl"
    return {"torch": ".pt", "state_dict": ".pt", "keras": ".keras", "bytes": ".bin"}.get(library, ".pkl")


def _save(model: Any, library: Library, target: Path) -> None:
    if library in ("torch", "state_dict"):
        import torch

        torch.save(model.state_dict() if library == "torch" else model, target)
    elif library == "keras":
        model.save(target)
    elif library == "bytes":
        target.write_bytes(model)
    elif target.suffix == ".joblib":
        _joblib().dump(model, target)
    else:
        import pickle

        target.write_bytes(pickle.dumps(model, protocol=5))


def _joblib() -> Any:
    import importlib

    try:
        return importlib.import_module("joblib")  # by name, since it has no types
    except ImportError:
        return None


def _describe_torch(module: Any) -> dict[str, Any]:
    parameters = list(module.parameters())
    return {
        "parameters": sum(int(parameter.numel()) for parameter in parameters),
        "trainable_parameters": sum(int(found.numel()) for found in parameters if found.requires_grad),
        "memory_bytes": _tensor_bytes([*parameters, *module.buffers()]),
    }


def _describe_state_dict(state: Mapping[Any, Any]) -> dict[str, Any]:
    tensors = _tensors(state)
    return {
        "parameters": sum(int(tensor.numel()) for tensor in tensors),
        "memory_bytes": _tensor_bytes(tensors),
    }


def _tensor_bytes(tensors: list[Any]) -> int:
    return sum(int(tensor.numel()) * int(tensor.element_size()) for tensor in tensors)


def _torch_layers(module: Any) -> list[dict[str, Any]]:
    found = []
    for name, layer in module.named_modules():
        own = list(layer.parameters(recurse=False))
        if own or not list(layer.children()):
            count = sum(int(parameter.numel()) for parameter in own)
            found.append(_layer(name or type(layer).__name__, layer, count))
    return found


def _describe_sklearn(estimator: Any) -> dict[str, Any]:
    steps = getattr(estimator, "steps", None)
    arrays = [value for value in vars(estimator).values() if hasattr(value, "nbytes")]
    count = _fitted_weights(steps[-1][1] if steps else estimator)
    return {
        "parameters": count,
        "trainable_parameters": count,
        "memory_bytes": sum(int(array.nbytes) for array in arrays) or None,
    }


def _fitted_weights(estimator: Any) -> int | None:
    fitted = [vars(estimator)[name] for name in _FITTED_WEIGHTS if name in vars(estimator)]
    if not fitted:
        return None
    # An intercept may be a plain number, and a perceptron holds a list of matrices.
    pieces = [piece for value in fitted for piece in (value if isinstance(value, list) else [value])]
    return sum(int(getattr(piece, "size", 1)) for piece in pieces)


def _sklearn_layers(estimator: Any) -> list[dict[str, Any]] | None:
    steps = getattr(estimator, "steps", None)
    if not isinstance(steps, list):
        return None
    return [
        _layer(str(name), step, None if isinstance(step, str) else _fitted_weights(step))
        for name, step in steps
    ]


def _describe_keras(model: Any) -> dict[str, Any]:
    return {
        "parameters": int(model.count_params()),
        "trainable_parameters": sum(_keras_size(weight) for weight in model.trainable_weights),
        "memory_bytes": sum(_keras_size(weight) * _keras_item_size(weight) for weight in model.weights),
    }


def _keras_size(weight: Any) -> int:
    size = 1
    for length in weight.shape:
        size *= int(length)
    return size


def _keras_item_size(weight: Any) -> int:
    name = getattr(weight.dtype, "name", weight.dtype)
    bits = "".join(character for character in str(name) if character.isdigit())
    return int(bits) // 8 if bits else 1


def _keras_layers(model: Any) -> list[dict[str, Any]]:
    return [_layer(str(layer.name), layer, int(layer.count_params())) for layer in model.layers]


def _describe_bytes(content: Any) -> dict[str, Any]:
    return {"memory_bytes": memoryview(content).nbytes}


def _describe_path(path: Any) -> dict[str, Any]:
    name = os.fsdecode(path)
    is_directory = os.path.isdir(name)
    size = None if is_directory else os.stat(name).st_size
    return {"class": "directory" if is_directory else "file", "memory_bytes": size}


def _layer(name: str, layer: object, parameters: int | None) -> dict[str, Any]:
    return {"name": name, "class": class_name(layer), "parameters": parameters}


_DESCRIBERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "torch": _describe_torch,
    "state_dict": _describe_state_dict,
    "sklearn": _describe_sklearn,
    "keras": _describe_keras,
    "bytes": _describe_bytes,
    "path": _describe_path,
}
_LAYER_LISTERS: dict[str, Callable[[Any], list[dict[str, Any]] | None]] = {
    "torch": _torch_layers,
    "sklearn": _sklearn_layers,
    "keras": _keras_layers,
}
