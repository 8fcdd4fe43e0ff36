"""Values that the writers log, for the tests to compare with."""

import numpy as np

PARAMETERS = {
    "lr": 0.1, "batch": 32, "flag": True, "none": "None", "list/nested name": "[1, 2]", "empty": "",
    "lines": "one\ntwo\n", "日本": "学習", "nan": float("nan"), "zeros": "007", "large": 2**70, "1e5": "1e5",
}  # fmt: skip
"""As MLflow keeps them: texts, of which those of numbers and booleans have their type back."""


def typed(value: object) -> tuple[str, str]:
    """Return a value with its type, so that 1, 1.0 and True differ and NaN is itself."""
    return type(value).__name__, repr(value)


WALL_TIME = 1_700_000_000.0
"""Seconds: the first point of each series of SCALARS; the next ones follow a seventh of a second apart."""

SCALARS: dict[str, list[tuple[int, float]]] = {
    "loss/train": [(0, 1.0), (1, 1 / 3), (2, 0.1), (2, 0.2), (-4, 7.0), (2**40, 1e-40)],
    "öдd": [(0, float("nan")), (1, float("inf")), (2, float("-inf")), (3, -0.0), (4, 3.4e38)],
    "lr": [(0, 1e-3)],
}
HPARAMS = {"lr": 0.1, "batch": 32, "optimizer": "ädam", "amp": True}
IMAGE = np.linspace(0, 1, 3 * 4 * 5).reshape(3, 4, 5)
TEXT = "some *text* ü"

CONFIG = {
    "lr": 0.1, "layers": [1, 2], "none": None, "deep": {"a": {"b": 1}}, "flag": True, "large": 2**60,
    "日本": "学習",
}  # fmt: skip
HISTORY = [
    {"loss": 1.0, "a/b": 0, "nested": {"x": 0, "y": {"z": 2.5}}},
    {"loss": 1 / 3, "a/b": 1, "nested": {"x": 1, "y": {"z": 0.1 + 0.2}}},
    {"odd": float("nan")},
    {"odd": float("inf")},
    {"odd": float("-inf")},
    {"odd": -0.0, "flag": True, "text": "words", "list": [1, 2]},
    {"odd": 5e-324},
    {"odd": float(2**53 + 2)},
]
"""Rows for the steps 0, 1, …; nested names are joined by dots."""

NUMBERS = {
    "loss": [(0, 1.0), (1, 1 / 3)],
    "a/b": [(0, 0.0), (1, 1.0)],
    "nested.x": [(0, 0.0), (1, 1.0)],
    "nested.y.z": [(0, 2.5), (1, 0.1 + 0.2)],
    "odd": [
        (2, float("nan")), (3, float("inf")), (4, float("-inf")), (5, -0.0), (6, 5e-324), (7, 2.0**53 + 2),
    ],
    "flag": [(5, 1.0)],
}  # fmt: skip
"""What the numbers of HISTORY are as points."""

DVC_PARAMETERS = {"lr": 0.1, "deep": {"a": 1}, "nan": float("nan"), "list": [1, 2], "text": "ü", "flag": True}
DVC_METRICS = {
    "timed/train/loss": [1.0, 1 / 3, 0.1 + 0.2],
    "odd": [float("nan"), float("inf"), -0.0],
    "words": ["one", "two", "three"],
}
LIGHTNING_PARAMETERS = {"lr": 0.1, "layers": [1, 2], "deep": {"a": None}, "flag": True, "text": "ü"}
LIGHTNING_ROWS = [
    (0, {"loss": 1.0, "epoch": 0.0}),
    (1, {"loss": 1 / 3, "epoch": 0.0}),
    (1, {"val/acc": 0.1 + 0.2, "epoch": 0.0}),
    (2**33, {"loss": float("nan"), "val/acc": float("inf"), "epoch": 1.0}),
]
