"""The demonstration: a real training run, logged, packaged, validated and opened."""

from .demo import DemoResult, run_demo

__all__ = ["DemoResult", "run_demo"]
