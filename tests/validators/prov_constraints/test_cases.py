"""Verdicts: near misses that are valid, and violations, some of them only through an inference."""

import pytest

from .cases import CASES
from .notation import broken


@pytest.mark.parametrize(("breaks", "text"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_verdict(breaks: set[str], text: str) -> None:
    assert broken(text) == breaks
