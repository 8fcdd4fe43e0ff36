"""The languages that workflows and scripts are written in, told from a file's name and its first bytes.

Source of the identifiers: Workflow RO-Crate 1.0 and 1.1, "Supported Workflow Types"; those of other languages
are their home pages. A file is looked at and never run or parsed.
"""

import re
from dataclasses import dataclass

from ...record import RunRecord
from ...text import escape_text
from ..entities import Entity, language_entity

LOOKED_AT = 256 << 10
"""How much of a file is looked at, in bytes."""

UNSPECIFIED = "unspecified"
_PYTHON = "Python"
_HUB = "https://w3id.org/workflowhub/workflow-ro-crate#"


@dataclass(frozen=True)
class Language:
    """One language.

    Attributes:
        identifier: the `@id` of its entity.
        name: as people say it.
        url: its home page.
        file_names: of files that are written in it.
        workflow: what a file must hold to be a workflow; None: every file is one.
        version: finds the version of the language that the file was written for, in group 1.
        package: the Python package whose version is that of the language, where the run recorded it.
        is_for_workflows: whether there are workflows in it at all; else it is one for scripts.
    """

    identifier: str
    name: str
    url: str
    file_names: re.Pattern[str]
    workflow: re.Pattern[str] | None = None
    version: re.Pattern[str] | None = None
    package: str | None = None
    is_for_workflows: bool = True

    @property
    def is_python(self) -> bool:
        """Return whether it is Python, of which the run knows the version."""
        return self.name == _PYTHON


def _names(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})\Z", re.IGNORECASE)


def _lines(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


_LIBRARIES = "airflow|dagster|kfp|luigi|metaflow|parsl|prefect|pycompss"
_VALUE = r"""["']?([\w.+-]{1,40})"""

LANGUAGES = (
    Language(
        f"{_HUB}snakemake", "Snakemake", "https://snakemake.readthedocs.io",
        _names(r"snakefile|.*\.smk|.*\.snakefile"),
        version=_lines(rf"^[ \t]*min_version\([ \t]*{_VALUE}"), package="snakemake",
    ),
    Language(
        f"{_HUB}cwl", "Common Workflow Language", "https://www.commonwl.org/", _names(r".*\.cwl"),
        workflow=_lines(r"""["']?class["']?\s*:\s*["']?Workflow\b"""),
        version=_lines(rf"""["']?cwlVersion["']?\s*:\s*{_VALUE}"""),
    ),
    Language(
        f"{_HUB}nextflow", "Nextflow", "https://www.nextflow.io/", _names(r".*\.nf"),
        version=_lines(r"^[ \t]*nextflow\.(?:enable|preview)\.(dsl *= *\d)"),
    ),
    Language(
        f"{_HUB}galaxy", "Galaxy", "https://galaxyproject.org/", _names(r".*\.ga|.*\.gxwf\.ya?ml"),
        version=_lines(rf'"format-version"\s*:\s*{_VALUE}'),
    ),
    Language(f"{_HUB}knime", "KNIME", "https://www.knime.com/", _names(r".*\.knwf|.*\.knime")),
    Language(
        "https://openwdl.org/", "Workflow Description Language", "https://openwdl.org/", _names(r".*\.wdl"),
        workflow=_lines(r"^[ \t]*workflow[ \t]+\w+"), version=_lines(rf"^[ \t]*version[ \t]+{_VALUE}"),
    ),
    Language(
        "https://dvc.org/", "DVC", "https://dvc.org/", _names(r"dvc\.ya?ml"),
        workflow=_lines(r"^stages\s*:"), package="dvc",
    ),
    Language(
        "https://argo-workflows.readthedocs.io/", "Argo Workflows", "https://argo-workflows.readthedocs.io/",
        _names(r".*\.ya?ml"),
        workflow=_lines(r"\A(?=[\s\S]*^apiVersion: *argoproj\.io/)(?=[\s\S]*^kind: *\w{0,20}Workflow)"),
        version=_lines(r"^apiVersion: *argoproj\.io/([\w.]{1,40})"),
    ),
    Language(
        "https://www.python.org/", _PYTHON, "https://www.python.org/", _names(r".*\.pyw?"),
        workflow=_lines(rf"^(?:import|from)\s+({_LIBRARIES})\b"),
    ),
    Language(
        "https://jupyter.org/", "Jupyter Notebook", "https://jupyter.org/", _names(r".*\.ipynb"),
        version=_lines(r'^\s{0,8}"nbformat"\s*:\s*(\d{1,3})\b'), is_for_workflows=False,
    ),
    Language(
        "https://www.gnu.org/software/bash/", "Bash", "https://www.gnu.org/software/bash/",
        _names(r".*\.(?:ba|k|z)?sh|.*\.slurm|.*\.sbatch"), is_for_workflows=False,
    ),
    Language(
        "https://www.r-project.org/", "R", "https://www.r-project.org/", _names(r".*\.r|.*\.rmd"),
        is_for_workflows=False,
    ),
    Language(
        "https://julialang.org/", "Julia", "https://julialang.org/", _names(r".*\.jl"),
        is_for_workflows=False,
    ),
)  # fmt: skip
"""The first whose names fit is that of a file."""


def language_of(name: str) -> Language | None:
    """Return the language of a file by its name, without folders; None if it is not known."""
    return next((one for one in LANGUAGES if one.file_names.match(name)), None)


def is_workflow(language: Language, head: bytes) -> bool:
    """Return whether a file in a language is a workflow, by its first bytes.

    A script is one if it uses a library for workflows. A notebook is none: that people step through it by
    hand speaks against it (RO-Crate 1.1, Workflows and Scripts, "Describing scripts and workflows").
    """
    if not language.is_for_workflows:
        return False
    return language.workflow is None or language.workflow.search(_text(head)) is not None


def language_of_run(language: Language, run: RunRecord, head: bytes) -> Entity:
    """Return the `ComputerLanguage` of a file, in the version that the file or the run names."""
    if language.is_python and (python := language_entity(run)) is not None:
        return python
    found = language.version.search(_text(head)) if language.version is not None else None
    packages = (rank.packages.get(language.package) for rank in run.ranks if language.package)
    version = next((one for one in packages if one), None) or (found[1] if found is not None else None)
    return {
        "@id": language.identifier,
        "@type": "ComputerLanguage",
        "name": language.name,
        "url": language.url,
        "version": escape_text(version or UNSPECIFIED),
    }


def library_of(language: Language, run: RunRecord, head: bytes) -> str | None:
    """Return the workflow library that a script uses, with its version where the run recorded it, or None."""
    if not language.is_python or language.workflow is None:
        return None
    found = language.workflow.search(_text(head))
    if found is None:
        return None
    versions = (rank.packages.get(found[1]) for rank in run.ranks)
    version = next((one for one in versions if one), None)
    return escape_text(f"{found[1]} {version}") if version else found[1]


def _text(head: bytes) -> str:
    return head.decode("utf-8", errors="replace")
