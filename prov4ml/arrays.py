"""Telling arrays, tensors and pandas series from other values, without importing their libraries."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def is_array(value: object) -> bool:
    """Tell whether a value has a data type and a shape, as arrays, tensors and pandas series have."""
    return hasattr(value, "dtype") and hasattr(value, "shape")


def dataset_arrays(dataset: Any) -> list[Any]:
    """Return the arrays that a PyTorch dataset holds: its `tensors`, else its attributes sorted by name."""
    tensors = getattr(dataset, "tensors", None)
    if isinstance(tensors, tuple | list):
        return [tensor for tensor in tensors if is_array(tensor)]
    attributes = sorted(getattr(dataset, "__dict__", {}).items())
    return [value for _, value in attributes if is_array(value)]
