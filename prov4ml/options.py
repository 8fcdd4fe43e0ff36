"""The enumerations that users pass to the logger."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Context(StrEnum):
    """The usual contexts. A plain string or a member of any other Enum is a context too."""

    # A StrEnum has the hash of a text, in C; that of an Enum is a Python function, slow on the hot path.
    TRAINING = "TRAINING"
    VALIDATION = "VALIDATION"
    TESTING = "TESTING"


class MetricsType(Enum):
    """The format of the metric store that `end_run` makes."""

    ZARR = "zarr"
    CSV = "csv"
    NETCDF = "netcdf"


class CompressorType(Enum):
    """How the run's zip is compressed; the two codecs at the end compress the metric store instead."""

    DEFLATE = "deflate"
    ZIP = "deflate"
    BZIP2 = "bzip2"
    LZMA = "lzma"
    ZSTD = "zstd"
    BLOSC_ZSTD = "blosc_zstd"
    LZ4 = "lz4"

    @property
    def is_chunk_codec(self) -> bool:
        """Whether it names a codec of the metric store's chunks, not a method of zip."""
        return self in (CompressorType.BLOSC_ZSTD, CompressorType.LZ4)


def _subtract(accumulated: Any, value: Any) -> Any:
    return accumulated - value


def _add(accumulated: Any, value: Any) -> Any:
    return accumulated + value


class FoldOperation(Enum):
    """How `register_final_metric` folds the values of a metric into one."""

    MAX = "max"
    MIN = "min"
    ADD = "add"
    SUBTRACT = "subtract"
    MEAN = "mean"

    def function(self) -> Callable[[Any, Any], Any]:
        """Return the function of (accumulated, value); for MEAN the sum, which the end divides."""
        functions: dict[str, Callable[[Any, Any], Any]] = {"max": max, "min": min, "subtract": _subtract}
        return functions.get(self.value, _add)
