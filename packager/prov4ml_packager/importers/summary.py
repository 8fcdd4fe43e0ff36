"""What came over, in words: the counts of a run's parts."""

from collections.abc import Iterator

from .copying import FileMode
from .counts import counted
from .imported import ImportedRun


def carried_over(run: ImportedRun, files: FileMode = "copy") -> Iterator[str]:
    """Yield one line for each kind of part that the run has, and one on files that are not copied."""
    if run.series:
        points = counted(sum(series.count for series in run.series), "point")
        yield f"{counted(len(run.series), 'metric series', 'metric series')} with {points}"
    for number, noun in (
        (len(run.ranks) if len(run.ranks) > 1 else 0, "rank"),
        (len(run.contexts), "context"),
        (len(run.parameters), "parameter"),
        (len(run.datasets), "dataset"),
        (len(run.models), "model"),
        (len(run.model_versions), "model version"),
        (len(run.ports), "input or output"),
        (sum(len(code.files) for code in run.source_code), "source file"),
        (len(run.final_metrics), "final metric"),
        (len(run.tags), "tag"),
    ):
        if number:
            yield counted(number, noun, "inputs and outputs" if noun.startswith("input") else None)
    if run.artifacts:
        here = sum(1 for one in run.artifacts if one.file.path is not None or one.file.content is not None)
        absent = len(run.artifacts) - here
        note = f", {absent:,} of them by name only" if absent else ""
        yield f"{counted(len(run.artifacts), 'artifact')}{note}"
    if files == "none":
        yield "of files only name, size and digest: they stay where they are"
    elif files == "link":
        yield "files as links where the file system lets: the same file under a second name"
