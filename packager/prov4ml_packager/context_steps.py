"""The contexts of a run as its steps: in which order they came, and which of them were over."""

from .record import ContextRecord, RunRecord


def steps_of(run: RunRecord) -> list[ContextRecord]:
    """Return the contexts of a run in the order in which they began."""
    return sorted(run.contexts, key=lambda context: (context.start, context.end))


def is_step_completed(run: RunRecord, context: ContextRecord) -> bool:
    """Return whether a context is known to have come to its end.

    All have in a run that finished. In another one has if the program went on to a context that began when
    this one was over; else the run may have ended in it.
    """
    return run.status == "finished" or any(
        other.start >= context.end and other.start > context.start for other in run.contexts
    )
