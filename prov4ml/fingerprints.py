"""Digests of data in memory: the same content gives the same sha256, on any machine and in any process.

Every piece goes into one sha256 behind a header that names what it is, so that different structures cannot
look alike. Arrays: data type, shape, and the values in C order, whatever their layout in memory. A PyTorch
tensor that numpy can hold counts as the numpy array. pandas: columns, then index and columns one by one,
numbers and times as arrays, other types as `pandas.util.hash_pandas_object` (64 bits a value).
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping

from .arrays import dataset_arrays

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CHUNK_ELEMENTS = 1 << 20
_PLAIN = (type(None), bool, int, float, complex, str, bytes)


class _NoFingerprint(Exception):
    """Some part has no content that could be read without loading it or that would be the same tomorrow."""


def fingerprint(content: object) -> str | None:
    """Return the sha256 (lower-case hex) of a dataset's content, or None if it cannot be told.

    Reads every value once, in bounded memory for arrays; draws and iterates nothing but lists, tuples and
    dictionaries. Which datasets have a digest is in `datasets.describe_dataset`.
    """
    digest = hashlib.sha256()
    try:
        _add(digest, content)
    except _NoFingerprint:
        return None
    return digest.hexdigest()


def _add(digest: Any, content: Any) -> None:
    package = type(content).__module__.partition(".")[0]
    if type(content) in _PLAIN:
        # repr of these tells the type, and every float apart from every other.
        _header(digest, type(content).__name__, repr(content))
    elif type(content) in (list, tuple):
        _header(digest, "list", len(content))
        for item in content:
            _add(digest, item)
    elif isinstance(content, Mapping) and package != "torch":
        _header(digest, "mapping", len(content))
        for key, value in content.items():
            _add(digest, key)
            _add(digest, value)
    elif package == "pandas":
        _add_pandas(digest, content)
    elif _is(content, "numpy", "ndarray") or _is(content, "numpy", "generic"):
        _add_array(digest, content)
    elif _is(content, "torch", "Tensor"):
        _add_tensor(digest, content)
    elif _is(content, "torch.utils.data", "Dataset"):
        _add_dataset(digest, content)
    else:
        raise _NoFingerprint


def _is(value: object, module: str, name: str) -> bool:
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(value, kind)


def _header(digest: Any, kind: str, *facts: object) -> None:
    text = "\x1f".join([kind, *map(str, facts)]).encode("utf-8", "surrogatepass")
    digest.update(len(text).to_bytes(8, "big") + text)


def _add_array(digest: Any, array: Any) -> None:
    numpy = sys.modules["numpy"]
    array = numpy.asanyarray(array)
    if type(array) is not numpy.ndarray:
        if _is(array, "numpy.ma", "MaskedArray"):
            _add_array(digest, numpy.ma.getmaskarray(array))
            array = array.filled(numpy.zeros((), array.dtype)[()])
        array = array.view(numpy.ndarray)
    if array.dtype.hasobject:
        _header(digest, "objects", tuple(array.shape))
        for item in array.ravel().tolist():
            if type(item) not in _PLAIN:
                raise _NoFingerprint
            _add(digest, item)
        return
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    _header(digest, "array", array.dtype.str if array.dtype.names is None else array.dtype.descr, array.shape)
    flat = array.reshape(-1) if array.flags.c_contiguous else array.flat
    for start in range(0, array.size, _CHUNK_ELEMENTS):
        digest.update(numpy.ascontiguousarray(flat[start : start + _CHUNK_ELEMENTS]).tobytes())


def _add_tensor(digest: Any, tensor: Any) -> None:
    torch = sys.modules["torch"]
    if tensor.layout is not torch.strided or tensor.is_meta or tensor.is_quantized:
        raise _NoFingerprint
    tensor = tensor.detach().resolve_conj().resolve_neg()
    try:
        array = tensor.cpu().numpy()
    except (TypeError, RuntimeError):  # bfloat16, the eight-bit floats
        _header(digest, "tensor", tensor.dtype, tuple(tensor.shape))
        array = tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
    _add_array(digest, array)


def _add_pandas(digest: Any, content: Any) -> None:
    pandas = sys.modules["pandas"]
    if isinstance(content, pandas.DataFrame):
        _header(digest, "frame", tuple(content.shape))
        _add_labels(digest, content.columns)
        _add_labels(digest, content.index)
        for position in range(content.shape[1]):
            _add_column(digest, content.iloc[:, position])
    elif isinstance(content, pandas.Series):
        _header(digest, "series", repr(content.name))
        _add_labels(digest, content.index)
        _add_column(digest, content)
    elif isinstance(content, pandas.Index):
        _add_labels(digest, content)
    else:
        raise _NoFingerprint


def _add_labels(digest: Any, index: Any) -> None:
    _header(digest, "index", repr(list(index.names)), index.dtype)
    _add_column(digest, index.to_series() if index.nlevels == 1 else index.to_frame().reset_index(drop=True))


def _add_column(digest: Any, column: Any) -> None:
    numpy, pandas = sys.modules["numpy"], sys.modules["pandas"]
    if isinstance(getattr(column, "dtype", None), numpy.dtype) and not column.dtype.hasobject:
        _add_array(digest, column.to_numpy())
        return
    _header(digest, "hashed", getattr(column, "dtype", "levels"))
    try:
        _add_array(digest, pandas.util.hash_pandas_object(column, index=False).to_numpy())
    except TypeError as error:  # lists, dictionaries and other values without a hash
        raise _NoFingerprint from error


def _add_dataset(digest: Any, dataset: Any) -> None:
    name = type(dataset).__name__
    if _is(dataset, "torch.utils.data", "IterableDataset"):
        raise _NoFingerprint
    if _is(dataset, "torch.utils.data", "Subset"):
        _header(digest, "subset")
        _add(digest, [int(index) for index in dataset.indices])
        _add(digest, dataset.dataset)
    elif _is(dataset, "torch.utils.data", "ConcatDataset"):
        _header(digest, "concatenated")
        _add(digest, list(dataset.datasets))
    elif _is(dataset, "torch.utils.data", "TensorDataset"):
        _header(digest, "tensors")
        _add(digest, list(dataset.tensors))
    else:
        samples = len(dataset)
        if not any(array.shape and int(array.shape[0]) == samples for array in dataset_arrays(dataset)):
            raise _NoFingerprint
        _header(digest, "dataset", name)
        for attribute, value in sorted(vars(dataset).items()):
            _add_attribute(digest, attribute, value)


def _add_attribute(digest: Any, name: str, value: object) -> None:
    """Add an attribute that holds data; transforms, paths and the like are no content."""
    piece = hashlib.sha256()
    try:
        if type(value) in _PLAIN:
            return
        _add(piece, value)
    except _NoFingerprint:
        return
    _header(digest, "attribute", name, piece.hexdigest())
