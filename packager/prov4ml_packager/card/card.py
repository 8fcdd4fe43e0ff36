"""The card: the template's sections in its order, filled from the record or left for a person to write."""

from collections.abc import Sequence

from ..crate.licences import licence_entity
from ..crate.options import CrateOptions
from ..machine import EMISSIONS, ENERGY, energy_words, is_machine_metric, total_of
from ..markdown import MISSING, cell, items, span, table
from ..metric_table import MetricSeries, SeriesStatistics, statistics
from ..record import RunRecord
from ..wording import command_line, error_text, iso_time, plain_value, source_url
from .front_matter import front_matter

_Series = tuple[tuple[MetricSeries, SeriesStatistics], ...]


def model_card(
    run: RunRecord,
    options: CrateOptions | None = None,
    *,
    series: Sequence[tuple[MetricSeries, SeriesStatistics]] | None = None,
) -> str:
    """Return a model card in Markdown with YAML at its head.

    What provenance does not know (uses, biases, risks, …) says `[More Information Needed]`, as in the
    template; nothing is guessed. Text from the run stands in code spans and cannot become markup, HTML or a
    link.

    Args:
        run: the run that trained the model; each series is read once.
        options: people and licence, as for a crate.
        series: each series with its figures; they are read if None.
    """
    options = options or CrateOptions()
    figures: _Series = tuple(series or ((one, statistics(one)) for one in run.metrics.series))
    name = options.name or (run.models[-1].name if run.models else run.experiment)
    parts = [
        f"# Model Card for {span(name, 100)}",
        _status(run),
        ("## Model Details", ""),
        ("### Model Description", _description(run, options)),
        ("### Model Sources", items([("Repository", _repository(run))])),
        ("## Uses", MISSING),
        ("## Bias, Risks, and Limitations", MISSING),
        ("## How to Get Started with the Model", MISSING),
        ("## Training Details", ""),
        ("### Training Data", _data(run)),
        ("### Training Procedure", _procedure(run)),
        ("#### Training Hyperparameters", _parameters(run)),
        ("#### Speeds, Sizes, Times", _sizes(run)),
        ("## Evaluation", ""),
        ("### Results", _results(run, figures)),
        ("## Environmental Impact", _impact(run, figures)),
        ("## Technical Specifications", ""),
        ("### Model Architecture and Objective", _architecture(run)),
        ("### Compute Infrastructure", _infrastructure(run)),
        ("## Citation", _citation(run, options)),
        ("## More Information", _provenance(run)),
        ("## Model Card Authors", _authors(options)),
        ("## Model Card Contact", _contact(options)),
    ]
    text = []
    for part in parts:
        if isinstance(part, str):
            text += [part] if part else []
        else:
            title, content = part
            groups = title.count("#") == 2 and title in _WITHOUT_TEXT
            text += [title] if groups else [title, content or MISSING]
    return front_matter(run, figures, options) + "\n" + "\n\n".join(text) + "\n"


_WITHOUT_TEXT = {"## Model Details", "## Training Details", "## Evaluation", "## Technical Specifications"}


def _status(run: RunRecord) -> str:
    error = error_text(run)
    return f"**The run that this card is made from is {run.status}:** {span(error)}" if error else ""


def _description(run: RunRecord, options: CrateOptions) -> str:
    licence = licence_entity(options.license)["name"] if options.license else ""
    types = list(dict.fromkeys(model.type for model in run.models))
    return items(
        [
            ("Description", span(options.description or "")),
            ("Developed by", _authors(options)),
            ("Model type", ", ".join(span(one) for one in types)),
            ("License", span(licence)),
            ("Trained in", f"{span(run.experiment)}, run {span(run.run_id)}"),
        ]
    )


def _authors(options: CrateOptions) -> str:
    return ", ".join(span(author.name) for author in options.authors)


def _contact(options: CrateOptions) -> str:
    contact = options.contact
    return (
        ""
        if contact is None
        else ", ".join(span(one) for one in (contact.name, contact.email, contact.url) if one)
    )


def _repository(run: RunRecord) -> str:
    url = source_url(run)
    git = next((rank.git for rank in run.ranks if rank.git is not None), None)
    if git is None or not git.commit:
        return MISSING
    changed = ", with uncommitted changes" if git.dirty else ""
    return f"{span(url or '')} commit {span(git.commit)}{changed}".strip()


def _data(run: RunRecord) -> str:
    datasets = [
        [
            cell(one.label),
            cell(one.context or ""),
            cell(one.type),
            cell(", ".join(f"{key} {value}" for key, value in one.info.items())),
            cell(one.sha256 or ""),
        ]
        for one in run.datasets
    ]
    inputs = [
        [
            cell(one.name),
            cell(one.source or ""),
            "" if one.file.size is None else f"{one.file.size:,}",
            cell(one.file.sha256 or ""),
        ]
        for one in run.artifacts
        if one.is_input
    ]
    parts = [
        table(["Dataset", "Context", "Class", "What is known", "SHA-256"], datasets),
        table(["Input file", "Source", "Bytes", "SHA-256"], inputs),
    ]
    return "\n\n".join(part for part in parts if part)


def _procedure(run: RunRecord) -> str:
    command = command_line(run)
    return items(
        [
            ("Command", span(command or "")),
            *(("To run again", span(one.command)) for one in run.commands[:3]),
            ("Contexts", ", ".join(span(context.name) for context in run.contexts[:20])),
        ]
    )


def _parameters(run: RunRecord) -> str:
    last = {(one.context or "", one.key): one.value for one in run.parameters}
    with_context = any(context for context, _ in last)
    heads = ["Parameter", *(["Context"] if with_context else []), "Value"]
    rows = [
        [cell(key), *([cell(context)] if with_context else []), cell(plain_value(value))]
        for (context, key), value in last.items()
    ]
    return table(heads, rows)


def _sizes(run: RunRecord) -> str:
    models = [
        [
            cell(one.name),
            "" if one.parameters is None else f"{one.parameters:,}",
            "" if one.trainable_parameters is None else f"{one.trainable_parameters:,}",
            "" if one.memory_bytes is None else f"{one.memory_bytes:,}",
        ]
        for one in run.models
    ]
    times = items(
        [
            ("Start", iso_time(run.start)),
            ("Duration", f"{max(0, run.end - run.start) / 1e9:,.1f} s"),
            ("Processes", f"{len(run.ranks)}" if len(run.ranks) > 1 else ""),
        ]
    )
    return "\n\n".join(
        part
        for part in (times, table(["Model", "Parameters", "Trainable", "Bytes in memory"], models))
        if part
    )


def _results(run: RunRecord, series: _Series) -> str:
    rows = [
        [
            cell(one.metric),
            cell(one.context or ""),
            *(_number(value) for value in (numbers.last, numbers.minimum, numbers.maximum)),
            f"{numbers.count:,}",
        ]
        for one, numbers in series
        if not is_machine_metric(one.metric) and numbers.count and one.rank == _first_rank(run)
    ]
    finals = [[cell(one.key), cell(one.operation), cell(plain_value(one.value))] for one in run.final_metrics]
    parts = [
        table(["Final metric", "Operation", "Value"], finals),
        table(["Metric", "Context", "Last", "Smallest", "Largest", "Points"], rows),
    ]
    return "\n\n".join(part for part in parts if part)


def _first_rank(run: RunRecord) -> int:
    return run.ranks[0].rank if run.ranks else 0


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _impact(run: RunRecord, series: _Series) -> str:
    used, emitted = total_of(series, ENERGY), total_of(series, EMISSIONS)
    hours = sum(((rank.end or run.end) - rank.start) / 3.6e12 for rank in run.ranks)
    return items(
        [
            ("Hardware Type", _hardware(run) or MISSING),
            ("Hours used", f"{hours:.3g}" if run.ranks else MISSING),
            ("Cloud Provider", MISSING),
            ("Compute Region", MISSING),
            ("Energy Consumed", "" if used is None else energy_words(used)),
            ("Carbon Emitted", MISSING if emitted is None else f"{emitted:.3g} g CO2 equivalent"),
        ]
    )


def _hardware(run: RunRecord) -> str:
    found: dict[str, int] = {}
    for rank in run.ranks:
        for device in rank.devices:
            name = str(device.get("name") or "device")
            found[name] = found.get(name, 0) + 1
    devices = [f"{count} × {span(name)}" for name, count in found.items()]
    machines = {
        f"{rank.platform.get('machine', '')}, {rank.cpu_count} processors"
        for rank in run.ranks
        if rank.cpu_count is not None
    }
    return ", ".join([*devices, *(span(one) for one in sorted(machines))])


def _architecture(run: RunRecord) -> str:
    layers = [
        [
            cell(model.name),
            cell(layer.name),
            cell(layer.type),
            "" if layer.parameters is None else f"{layer.parameters:,}",
        ]
        for model in run.models
        for layer in model.layers or ()
    ]
    return table(["Model", "Layer", "Class", "Parameters"], layers)


def _infrastructure(run: RunRecord) -> str:
    if not run.ranks:
        return ""
    rank = run.ranks[0]
    packages: Sequence[Sequence[str]] = [
        [cell(name), cell(version)] for name, version in sorted(rank.packages.items())
    ]
    facts = items(
        [
            ("Hardware", _hardware(run)),
            ("System", span(" ".join(str(value) for value in rank.platform.values()))),
            ("Python", span(f"{rank.python.get('implementation', '')} {rank.python.get('version', '')}")),
        ]
    )
    listed = table(["Package", "Version"], packages)
    folded = f"<details><summary>Packages</summary>\n\n{listed}\n\n</details>" if listed else ""
    return "\n\n".join(part for part in (facts, folded) if part)


def _citation(run: RunRecord, options: CrateOptions) -> str:
    if not options.authors:
        return ""
    names = "; ".join(author.name for author in options.authors)
    title = options.name or run.experiment
    return span(f"{names} ({iso_time(run.end)[:4]}): {title}")


def _provenance(run: RunRecord) -> str:
    files = [
        [cell(f"{one.name}, version {one.version}"), cell(one.file.path or ""), cell(one.file.sha256 or "")]
        for one in run.model_versions
    ]
    files += [
        [cell(one.name), cell(one.file.path or ""), cell(one.file.sha256 or "")]
        for one in run.models
        if one.file is not None
    ]
    facts = items(
        [
            ("Run", span(f"urn:uuid:{run.uuid}")),
            ("Logged by", span(f"{run.logger_name} {run.logger_version}")),
            ("Provenance", "the run's `packaged/prov.json` (W3C PROV)"),
        ]
    )
    return "\n\n".join(part for part in (facts, table(["Model file", "Path", "SHA-256"], files)) if part)
