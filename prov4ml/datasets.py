"""Datasets: sizes, shapes and a digest of the content, found without loading or drawing anything.

Nothing is iterated: an iterator would be used up, and a PyTorch DataLoader draws from the random state of
the training. None of the libraries is imported unless an object of it was given.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sized

from .arrays import dataset_arrays, is_array
from .typed import class_name, typed_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SHUFFLING = frozenset({"RandomSampler", "SubsetRandomSampler", "WeightedRandomSampler"})


def describe_dataset(dataset: object) -> dict[str, Any]:
    """Describe a dataset; never raises, and what cannot be found is left out of `info`.

    - PyTorch DataLoader: `batch_size`, `batches`, `shuffle`, `workers`, `drop_last`, the class of its dataset
      as `dataset`, and what is known of that.
    - TensorDataset, Subset, ConcatDataset: `samples`, `shape`, `dtype`; the digest is of the tensors, with
      the indices.
    - Other PyTorch datasets: `samples`, and `shape` and `dtype` of the arrays that they hold. There is a
      digest, of their arrays and plain lists, only if one of the arrays has a row for every sample:
      otherwise every sample would have to be loaded.
    - Array, tensor: `samples`, `shape`, `dtype`; the digest is of data type, shape and values.
    - pandas frame, series: also `columns`; the digest is of columns, index and values.
    - List, tuple: `samples`; dictionary: also `columns`; a digest if they hold plain values and arrays only.
    - Path: `path`, beside `info`, for the caller to hash or copy through `files`.
    - Anything else: `samples` where it has a length.

    `shape` and `dtype` are lists of their own where a dataset has several arrays. How digests are
    made is in `fingerprints`.

    Returns:
        `class`, `info` {name: typed value}, `sha256`, and for a path `path`.
    """
    if isinstance(dataset, str | os.PathLike):
        path = os.fsdecode(dataset)
        kind = "directory" if os.path.isdir(path) else "file"
        return {"class": kind, "info": {}, "sha256": None, "path": path}
    from .fingerprints import fingerprint

    info: dict[str, Any] = {}
    content = dataset
    if _has_base(dataset, "torch", "DataLoader"):
        info |= _loader_info(dataset)
        content = getattr(dataset, "dataset", None)
        info["dataset"] = class_name(content)
    info |= _content_info(content)
    try:
        digest = fingerprint(content)
    except Exception:
        digest = None  # data on a device that is gone, or objects whose classes raise
    return {
        "class": class_name(dataset),
        "info": {name: typed_value(value) for name, value in info.items() if value is not None},
        "sha256": digest,
    }


def _has_base(value: object, package: str, name: str) -> bool:
    return any(
        base.__name__ == name and base.__module__.partition(".")[0] == package for base in type(value).__mro__
    )


def _loader_info(loader: Any) -> dict[str, Any]:
    info: dict[str, Any] = {}
    for name, attribute in (
        ("batch_size", "batch_size"),
        ("workers", "num_workers"),
        ("drop_last", "drop_last"),
    ):
        info[name] = getattr(loader, attribute, None)
    info["batches"] = _length(loader)
    sampler = getattr(loader, "sampler", None)
    if info["batch_size"] is None and getattr(loader, "batch_sampler", None) is not None:
        # The loader's own sampler is then a default that is not used.
        sampler = getattr(loader.batch_sampler, "sampler", None)
    own = getattr(sampler, "shuffle", None)  # DistributedSampler says it
    if isinstance(own, bool):
        info["shuffle"] = own
    elif type(sampler).__name__ in _SHUFFLING:
        info["shuffle"] = True
    elif type(sampler).__name__ == "SequentialSampler":
        info["shuffle"] = False
    return info


def _content_info(content: Any) -> dict[str, Any]:
    info: dict[str, Any] = {"samples": _length(content)}
    try:
        if _has_base(content, "pandas", "DataFrame"):
            types = {str(name): str(kind) for name, kind in content.dtypes.items()}
            kinds = set(types.values())
            info["shape"] = list(content.shape)
            info["dtype"] = kinds.pop() if len(kinds) == 1 else types
            info["columns"] = [str(name) for name in content.columns]
        elif is_array(content):
            info["shape"] = [int(length) for length in content.shape]
            info["dtype"] = _type_name(content)
        elif _has_base(content, "torch", "Dataset"):
            arrays = dataset_arrays(content)
            shapes = [[int(length) for length in array.shape] for array in arrays]
            kinds_of_arrays = [_type_name(array) for array in arrays]
            if arrays:
                info["shape"] = shapes[0] if len(arrays) == 1 else shapes
                info["dtype"] = kinds_of_arrays[0] if len(arrays) == 1 else kinds_of_arrays
        elif isinstance(content, Mapping):
            info["columns"] = [str(name) for name in content]
            lengths = {_length(value) for value in content.values()}
            info["samples"] = lengths.pop() if len(lengths) == 1 else None
        elif hasattr(content, "column_names"):  # a Hugging Face dataset
            info["columns"] = [str(name) for name in content.column_names]
    except Exception:
        pass  # what was found so far stands
    return info


def _type_name(array: Any) -> str:
    return str(array.dtype).removeprefix("torch.")


def _length(value: object) -> int | None:
    try:
        return len(value) if isinstance(value, Sized) else None
    except Exception:  # a loader over a stream has __len__, and raises in it
        return None
