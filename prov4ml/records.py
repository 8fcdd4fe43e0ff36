"""Recording everything that is no metric point: parameters, contexts, files, inputs, outputs, code."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from itertools import count

from .errors import Prov4MLError
from .files import copy_into, record_file
from .recorder import ContextLike, Recorder, context_text, exact_text, recorded, text_or_none
from .redaction import redact_command
from .typed import typed_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PathLike = str | os.PathLike[str]


class EventRecorder(Recorder):
    """The methods of a run that write one journal event each."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._port_numbers = {"input": count(1), "output": count(1)}

    @recorded
    def log_param(
        self,
        key: str,
        value: Any,
        context: ContextLike = None,
        source: str | None = None,
        is_input: bool = True,
    ) -> None:
        """Log a hyper-parameter; logged again under the same key and context, the last value counts.

        Args:
            key: the parameter's name; any text.
            value: a bool, int, float, text or None keeps its type; lists and dictionaries are kept as JSON;
                anything else as its text.
            context: where in the run; None is the run itself.
            source: where the value comes from.
            is_input: false for a value that the run found out, such as a tuned threshold.

        Raises:
            Prov4MLError: the context is none.
        """
        self._journal.write(
            "param",
            key=exact_text(key),
            value=typed_value(value),
            context=self._context_name(context),
            source=text_or_none(source),
            is_input=bool(is_input),
        )

    @recorded
    def log_params(
        self,
        params: Mapping[str, Any],
        context: ContextLike = None,
        source: str | None = None,
        is_input: bool = True,
    ) -> None:
        """Log several hyper-parameters; see `log_param`."""
        for key, value in params.items():
            self.log_param(key, value, context, source, is_input)

    @recorded
    def log_context(self, context: ContextLike, is_subcontext_of: ContextLike = None) -> None:
        """Declare a context, under another one if given; one that is used already keeps its place.

        Args:
            context: the context; not None.
            is_subcontext_of: its parent; None puts it directly under the run.

        Raises:
            Prov4MLError: one of them is no context, or they are the same.
        """
        parent = self._context_name(is_subcontext_of)
        name = context_text(context)
        if name is None:
            raise Prov4MLError(f"log_context: context {context!r} is the run itself; pass a name")
        if name == parent:
            raise Prov4MLError(f"log_context: context {name!r} cannot be under itself")
        if name in self._contexts:
            if parent is not None:
                self.warn(
                    f"context:{name}",
                    f"context {name!r} was used before it was put under {parent!r}; ignored",
                )
            return
        self._declare_context(name, parent)

    @recorded
    def log_artifact(
        self,
        artifact_name: str,
        artifact_path: PathLike,
        context: ContextLike = None,
        step: int | None = None,
        timestamp: int | None = None,
        source: str | None = None,
        log_copy_in_prov_directory: bool = True,
        log_copy_subdirectory: str | None = None,
        is_model: bool = False,
        is_input: bool = False,
        other_attrs: Mapping[str, Any] | None = None,
    ) -> None:
        """Log a file or directory.

        Args:
            artifact_name: its name in the record; any text.
            artifact_path: where it is now; a missing or unreadable one is left out, with a warning.
            context: where in the run; None is the run itself.
            step: step or epoch.
            timestamp: milliseconds since the epoch; None is now.
            source: where it comes from.
            log_copy_in_prov_directory: copy it into the run directory; False records path, size, hash only.
            log_copy_subdirectory: folder below `artifacts/` for the copy.
            is_model: it is a model.
            is_input: the run reads it; otherwise the run made it.
            other_attrs: further attributes, by name.
        """
        # Before the copy: an argument that cannot be meant leaves no copy that nothing tells of.
        name, place = exact_text(artifact_name), self._context_name(context)
        moment, whole_step = self._moment(timestamp), None if step is None else self._whole_step(step)
        from pathlib import Path

        parts = Path(log_copy_subdirectory).parts if log_copy_subdirectory else ()
        file = self._file_object(artifact_path, log_copy_in_prov_directory, parts, name)
        self._journal.write(
            "artifact",
            time=moment,
            name=name,
            file=file,
            context=place,
            step=whole_step,
            source=text_or_none(source),
            is_input=bool(is_input),
            is_model=bool(is_model),
            attributes={str(name): typed_value(value) for name, value in (other_attrs or {}).items()},
        )

    def _file_object(self, path: PathLike, copy: bool, folder: Sequence[str], name: str) -> dict[str, Any]:
        from pathlib import Path

        source = Path(path)
        if copy:
            return copy_into(source, self._directory, tuple(folder), name)
        return record_file(source, original=os.fspath(path))

    @recorded
    def log_input(self, value: Any, log_copy_in_prov_directory: bool = True) -> None:
        """Log the next numbered input of the run.

        Args:
            value: the path of a file or directory that exists, or a plain value.
            log_copy_in_prov_directory: copy a file into the run directory; False records path, size, hash.
        """
        self._log_port("input", value, log_copy_in_prov_directory)

    @recorded
    def log_output(self, value: Any, log_copy_in_prov_directory: bool = True) -> None:
        """Log the next numbered output of the run; the arguments are those of `log_input`."""
        self._log_port("output", value, log_copy_in_prov_directory)

    def _log_port(self, direction: str, value: Any, copy: bool) -> None:
        file = None
        if isinstance(value, (str, os.PathLike)) and _exists(value):
            file = self._file_object(
                value, copy, (f"{direction}s",), os.path.basename(os.path.abspath(value))
            )
        self._journal.write(
            direction,
            number=next(self._port_numbers[direction]),
            value=None if file is not None else typed_value(value),
            file=file,
        )

    @recorded
    def log_source_code(self, path: PathLike | None = None, use_git: bool = True) -> None:
        """Copy source code into the run directory, as an input of the run.

        Args:
            path: a file or directory, of which hidden files, installed packages and run directories stay out;
                None takes the running script and the modules loaded from its folder.
            use_git: note the remote (without credentials), branch and commit of its repository.
        """
        from pathlib import Path

        from .git import describe_git
        from .source_code import loaded_sources, running_script, sources_below

        script = running_script()
        if path is not None:
            folder = Path(path)
            sources = sources_below(folder) if folder.is_dir() else [folder]
        elif script is not None:
            folder = script.parent
            sources = [script, *(source for source in loaded_sources(folder) if source != script)]
        else:
            self.warn(
                "source", "log_source_code: no script is running (a console or notebook); pass its path"
            )
            return
        files = []
        entry = None
        for source in sources:
            inside = source.relative_to(folder).parent.parts if source.is_relative_to(folder) else ()
            copied = copy_into(source, self._directory, ("source", *inside), source.name)
            files.append(copied)
            if source == script:
                entry = copied["path"]
        self._journal.write(
            "source_code", files=files, script=entry, git=describe_git(folder) if use_git else None
        )

    @recorded
    def log_execution_command(self, cmd: str | Sequence[str], path: PathLike | None = None) -> None:
        """Log how to run it again.

        Args:
            cmd: the command line, as one text or as a list of arguments; passwords in it are hidden.
            path: the script or configuration that it needs, as the user likes to name it.
        """
        command = cmd if isinstance(cmd, str) else shlex.join(map(str, cmd))
        command = redact_command(command)
        self._journal.write("command", command=command, path=None if path is None else os.fspath(path))

    @recorded
    def log_execution_start_time(self) -> None:
        """Say that the execution begins now, and not at `start_run`; the first call counts."""
        self._journal.write("execution_time", label="start")

    @recorded
    def log_execution_end_time(self) -> None:
        """Say that the execution ends now, and not at `end_run`; the last call counts."""
        self._journal.write("execution_time", label="end")


def _exists(value: PathLike) -> bool:
    try:
        return os.path.lexists(value)
    except ValueError:  # a NUL in the text: surely no path
        return False
