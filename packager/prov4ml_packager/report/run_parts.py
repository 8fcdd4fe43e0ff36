"""The parts of one run on a page: summary, parameters, metrics, data, files, environment, graph, verdict."""

import json
import re
from collections import Counter
from collections.abc import Sequence

from prov4ml_validators import Report, Severity

from ..machine import EMISSIONS, ENERGY, energy_words, is_machine_metric, total_of
from ..metric_table import MetricSeries, SeriesStatistics
from ..record import RankRecord, RunRecord
from ..text import escape_text
from ..wording import command_line, error_text, iso_time, plain_value, source_url
from .families import places_in_families
from .html import (
    NOTHING,
    Html,
    Rest,
    badge,
    code,
    digest,
    facts,
    folded,
    join,
    link,
    number,
    plain_number,
    size,
    table,
    text,
)
from .limits import Limits
from .subject import ReportFile, ReportRun

_CARDS = 8


def status_badge(run: RunRecord) -> Html:
    """Return how the run ended as a coloured word."""
    return badge(run.status, run.status)


def moment(nanoseconds: int) -> Html:
    """Return a time in UTC, to the second."""
    return text(iso_time(nanoseconds)[:19].replace("T", " ") + " UTC")


def duration(seconds: float) -> str:
    """Return a length of time as people say it."""
    if seconds < 60:
        return f"{max(0.0, seconds):.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min {rest} s" if hours else f"{minutes} min {rest} s"


def headline(subject: ReportRun, limits: Limits) -> Html:
    """Return the figures that people look for first: duration, the last values, energy."""
    run = subject.run
    cards = [("Duration", text(duration((run.end - run.start) / 1e9)), NOTHING)]
    cards += [
        (final.key, _value(final.value, limits), text(f"{final.operation} of {final.count:,}"))
        for final in run.final_metrics[:_CARDS]
    ]
    shown = [one for one in subject.series if not is_machine_metric(one[0].metric) and one[0].rank == 0]
    room = max(0, _CARDS - len(cards))
    if len(shown) > room:
        places = places_in_families(series.metric for series, _ in shown)
        shown.sort(key=lambda one: places[one[0].metric])
    for series, found in shown[:room]:
        if found.last is not None:
            unit = f" {series.unit}" if series.unit else ""
            where = f"{series.context or 'run'}, last of {found.count:,}"
            cards.append((series.metric, Html(f"{number(found.last)}{text(unit, 20)}"), text(where, 80)))
    if (energy := total_of(subject.series, ENERGY)) is not None:
        cards.append(("Energy", text(energy_words(energy)), NOTHING))
    items = join(
        Html(
            f'<li><span class="name">{text(name, 80)}</span><span class="figure">{figure}</span>'
            f'<span class="more">{more}</span></li>'
        )
        for name, figure, more in cards
    )
    return Html(f'<ul class="cards">{items}</ul>')


def summary(subject: ReportRun, limits: Limits) -> Html:
    """Return what the run is, how it went, and where it came from."""
    run = subject.run
    git = next((rank.git for rank in run.ranks if rank.git is not None), None)
    commit = NOTHING
    if git is not None and git.commit:
        changed = " with uncommitted changes" if git.dirty else ""
        branch = f" on {git.branch}" if git.branch else ""
        commit = Html(f"{link(source_url(run), git.commit[:12])}{text(branch + changed, 200)}")
    error = error_text(run)
    command = command_line(run)
    most = limits.characters
    points = sum(found.count for _, found in subject.series)
    rows = [
        ("Experiment", text(run.experiment, most)),
        ("Name", text(run.name or "", most)),
        ("Run", text(run.run_id, most)),
        ("Identifier", code(f"urn:uuid:{run.uuid}")),
        ("Error", Html(f'<span class="error">{text(error, most)}</span>') if error else NOTHING),
        ("Start", moment(run.start)),
        ("End", moment(run.end)),
        ("Command", code(command, most) if command else NOTHING),
        *(("To run again", code(one.command, most)) for one in run.commands[:3]),
        ("Commit", commit),
        ("Ranks", text(len(run.ranks)) if len(run.ranks) > 1 else NOTHING),
        ("Metric points", text(f"{points:,} in {len(subject.series):,} series")),
    ]
    trace = run.error.traceback if run.error is not None else None
    traceback = Html(f"<pre>{text(trace, 20 * most)}</pre>") if trace else NOTHING
    return Html(facts(rows) + (folded("Traceback", 0, traceback) if traceback else NOTHING))


def _value(value: object, limits: Limits) -> Html:
    if isinstance(value, float):
        return number(value)
    return text(value, limits.characters)


def parameters(run: RunRecord, limits: Limits) -> Html:
    """Return the parameters, each with its last value."""
    last = {(parameter.context or "", parameter.key): parameter for parameter in run.parameters}
    with_context = any(context for context, _ in last)
    heads = ["Parameter", *(["Context"] if with_context else []), "Value"]
    rows = [
        [
            text(key, limits.characters),
            *([text(context, limits.characters)] if with_context else []),
            code(plain_value(one.value), limits.characters),
        ]
        for (context, key), one in last.items()
    ]
    return table(heads, rows, limits.rows)


def metrics(subject: ReportRun, limits: Limits, *, machine: bool) -> Html:
    """Return the table of series, and the final metrics beside those of the model."""
    run = subject.run
    chosen = [one for one in subject.series if is_machine_metric(one[0].metric) == machine]
    ranks = len(run.ranks) > 1
    sources = any(series.source for series, _ in chosen)
    heads = ["Metric", "Context", *(["Source"] if sources else []), *(["Rank"] if ranks else [])]
    rows = [
        [
            *_names(series, sources=sources, ranks=ranks),
            text(f"{found.count:,}"),
            *(number(one) for one in _figures(found)),
        ]
        for series, found in chosen[: limits.rows]
    ]
    rest = [
        [
            *_plain_names(series, sources=sources, ranks=ranks),
            f"{found.count:,}",
            *map(plain_number, _figures(found)),
        ]
        for series, found in chosen[limits.rows :]
    ]
    figures = ["Points", "First", "Last", "Smallest", "Largest", "Mean"]
    content = table(
        [*heads, *figures],
        rows,
        limits.rows,
        numbers=len(heads),
        left="; the metric store has all of them",
        rest=Rest(rest, limits.rest),
    )
    # Open where only its filter finds what has neither a chart nor a row.
    listed = folded("Table of metrics", len(chosen), content, is_open=True if rest else None)
    if machine or not run.final_metrics:
        return listed
    finals = [
        [
            text(one.key, limits.characters),
            text(one.operation),
            code(plain_value(one.value), limits.characters),
            text(f"{one.count:,}"),
        ]
        for one in run.final_metrics
    ]
    kept = table(["Metric", "Operation", "Value", "Values"], finals, limits.rows)
    return Html(listed + f"<h3>Final metrics</h3>{kept}")


def _names(series: MetricSeries, *, sources: bool, ranks: bool) -> list[Html]:
    unit = f' <span class="unit">{text(series.unit, 60)}</span>' if series.unit else ""
    return [
        Html(f"{text(series.metric, 300)}{unit}"),
        text(series.context or "", 300),
        *([text(series.source or "", 300)] if sources else []),
        *([text(series.rank)] if ranks else []),
    ]


def _plain_names(series: MetricSeries, *, sources: bool, ranks: bool) -> list[str]:
    named = [
        f"{series.metric} {series.unit}" if series.unit else series.metric,
        series.context or "",
        *([series.source or ""] if sources else []),
    ]
    return [*(escape_text(one[:300]) for one in named), *([str(series.rank)] if ranks else [])]


def _figures(found: SeriesStatistics) -> tuple[float | None, ...]:
    return found.first, found.last, found.minimum, found.maximum, found.mean


def energy(subject: ReportRun) -> Html:
    """Return the totals of energy and emissions, where they were measured."""
    used, emitted = total_of(subject.series, ENERGY), total_of(subject.series, EMISSIONS)
    parts = [(name, total_of(subject.series, f"{name.lower()}_energy")) for name in ("CPU", "GPU", "RAM")]
    rows = [
        ("Energy", text(f"{energy_words(used)} ({used:,.0f} J)") if used is not None else NOTHING),
        *(
            (f"Energy, {name}", text(energy_words(one)) if one is not None else NOTHING)
            for name, one in parts
        ),
        ("Emissions", text(f"{emitted:.3g} g CO₂ equivalent") if emitted is not None else NOTHING),
    ]
    return facts(rows)


def data_and_models(run: RunRecord, limits: Limits) -> Html:
    """Return datasets with their sizes and digests, and models with theirs."""
    most = limits.characters
    datasets = [
        [
            text(one.label, most),
            text(one.context or "", most),
            text(one.type, most),
            text(", ".join(f"{key} {_info(value)}" for key, value in one.info.items()), most),
            digest(one.sha256),
        ]
        for one in run.datasets
    ]
    models = [
        [
            text(one.name, most),
            text(one.type, most),
            text("" if one.parameters is None else f"{one.parameters:,}"),
            text("" if one.trainable_parameters is None else f"{one.trainable_parameters:,}"),
            size(one.memory_bytes) if one.memory_bytes is not None else NOTHING,
        ]
        for one in run.models
    ]
    versions = [
        [
            text(f"{one.name}, version {one.version}", most),
            text("" if one.previous is None else f"version {one.previous}"),
            text(one.context or "", most),
            text("" if one.step is None else f"{one.step:,}"),
            NOTHING if one.file.size is None else size(one.file.size),
            digest(one.file.sha256),
        ]
        for one in run.model_versions
    ]
    layers = [
        [
            text(layer.name, most),
            text(layer.type, most),
            text("" if layer.parameters is None else f"{layer.parameters:,}"),
        ]
        for one in run.models
        for layer in one.layers or ()
    ]
    parts = [
        (
            "Datasets",
            datasets,
            table(["Dataset", "Context", "Class", "What is known", "SHA-256"], datasets, limits.rows),
        ),
        (
            "Models",
            models,
            table(["Model", "Class", "Parameters", "Trainable", "Memory"], models, limits.rows, numbers=2),
        ),
        ("Layers", layers, table(["Layer", "Class", "Parameters"], layers, limits.rows, numbers=2)),
        (
            "Model versions",
            versions,
            table(["Version", "Derived from", "Context", "Step", "Size", "SHA-256"], versions, limits.rows),
        ),
    ]
    return join(folded(title, len(rows), content) for title, rows, content in parts)


def _info(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def files(listed: Sequence[ReportFile], limits: Limits) -> Html:
    """Return the files with role, size and digest; those that lie beside the page are links."""
    rows = []
    for one in listed[: limits.rows]:
        name = text(one.name, limits.characters)
        if one.href:
            name = Html(f'{name}<br><a class="path" href="{text(one.href)}">{text(one.path)}</a>')
        elif one.path is not None:
            name = Html(f'{name}<br><span class="path">{text(one.path)}</span>')
        content = digest(one.sha256) if one.sha256 else text(f"{one.files:,} files" if one.files != 1 else "")
        length = NOTHING if one.size is None else size(one.size)
        rows.append([name, text(one.side), length, content])
    rows += [[]] * (len(listed) - len(rows))
    return table(["File", "Role", "Size", "SHA-256"], rows, limits.rows)


def environment(run: RunRecord, limits: Limits) -> Html:
    """Return where the run ran: the first rank's Python, system, devices and packages, and all ranks."""
    if not run.ranks:
        return NOTHING
    rank = run.ranks[0]
    most = limits.characters
    devices = ", ".join(str(device.get("name") or "device") for device in rank.devices)
    rows = [
        (
            "Python",
            text(f"{rank.python.get('implementation', '')} {rank.python.get('version', '')}".strip(), most),
        ),
        ("System", text(" ".join(str(value) for value in rank.platform.values()), most)),
        ("Host", text(rank.host or "", most)),
        ("Processors", text("" if rank.cpu_count is None else rank.cpu_count)),
        ("Devices", text(devices, most)),
        ("Launcher", text(rank.launcher or "", most)),
        ("Logger", text(f"{run.logger_name} {run.logger_version}", most)),
    ]
    packages = [[text(name, most), text(version, most)] for name, version in sorted(rank.packages.items())]
    ranks = [_rank(one, most) for one in run.ranks] if len(run.ranks) > 1 else []
    heads = ["Rank", "Status", "Host", "Start", "Duration", "Points lost"]
    return Html(
        facts(rows)
        + folded("Ranks", len(ranks), table(heads, ranks, limits.rows))
        + folded("Packages", len(packages), table(["Package", "Version"], packages, limits.rows))
    )


def _rank(rank: RankRecord, most: int) -> list[Html]:
    length = NOTHING if rank.end is None else text(duration((rank.end - rank.start) / 1e9))
    return [
        text(rank.rank),
        badge(rank.status, rank.status),
        text(rank.host or "", most),
        moment(rank.start),
        length,
        text("" if rank.points_lost is None else f"{rank.points_lost:,}"),
    ]


def graph(subject: ReportRun) -> Html:
    """Return the graph of the provenance, to look around in where scripts run."""
    parts = []
    if subject.graph is not None:
        parts.append(f'<div class="provenance">{subject.graph.html}</div>')
        parts += [f'<p class="note">{text(note)}</p>' for note in subject.graph.notes]
    else:
        parts.append("<p>This page has no room for the graph.</p>")
    if subject.drawing_href is not None:
        parts.append(f'<p><a href="{text(subject.drawing_href)}">Open the drawing</a></p>')
    return Html("".join(parts))


def verdict(report: Report | None, checked: str, limits: Limits) -> Html:
    """Return what the validator found."""
    if report is None:
        return NOTHING
    counts = {severity: sum(one.severity == severity for one in report.findings) for severity in Severity}
    if counts[Severity.MUST]:
        word = badge("invalid", "not valid")
    elif counts[Severity.SHOULD]:
        word = badge("remarks", "valid, with warnings")
    else:
        word = badge("valid", "valid")
    found = ", ".join(f"{counts[severity]:,} {severity.name}" for severity in sorted(Severity, reverse=True))
    return Html(f"<p>{word} {text(checked)}: {text(found)}.</p>{findings(report, limits)}")


def findings(report: Report, limits: Limits) -> Html:
    """Return what the validator found as a table; open where something must be mended."""
    # In a crate of many runs, the same is often said of each.
    said = Counter((one.rule, one.severity.name, one.message, one.help) for one in report.findings)
    rows = [
        [
            text(rule),
            text(severity),
            text(message if times == 1 else f"{message} ({times:,} times)", limits.characters),
            text(help, limits.characters),
        ]
        for (rule, severity, message, help), times in said.items()
    ]
    content = table(["Rule", "Severity", "Finding", "What to do"], rows, limits.rows)
    is_open = bool(report.at_or_above(Severity.MUST))
    return folded("Findings", len(report.findings), content, is_open=is_open)


def tags(run: RunRecord, limits: Limits) -> Html:
    """Return the attributes of the run itself."""
    rows = [
        [text(key, limits.characters), code(plain_value(value), limits.characters)]
        for key, value in run.tags.items()
    ]
    return table(["Tag", "Value"], rows, limits.rows)


def imported(run: RunRecord, limits: Limits) -> Html:
    """Return where an imported run comes from, what could not come over, and what was repaired."""
    record = run.imported
    if record is None:
        return NOTHING
    most = limits.characters
    rows = [
        ("Format", text(f"{record.format} {record.source_version or ''}".strip(), most)),
        ("Imported", moment(record.imported)),
        ("By", text(f"{record.tool} {record.tool_version}", most)),
        ("Called there", text(record.run or "", most)),
    ]
    sources = [
        [
            text(re.split(r"[\\/]", one.original)[-1], most),
            NOTHING if one.size is None else size(one.size),
            digest(one.sha256),
        ]
        for one in record.sources
    ]
    lost = [[text(line, most)] for line in record.lost]
    repairs = [
        [text(one.rule, most), text(one.message, most), text(", ".join(one.subjects), most)]
        for one in record.repairs
    ]
    return Html(
        facts(rows)
        + folded("Sources", len(sources), table(["Source", "Size", "SHA-256"], sources, limits.rows))
        + folded("What could not come over", len(lost), table(["Lost"], lost, limits.rows))
        + folded("Repairs", len(repairs), table(["Rule", "Repair", "Where"], repairs, limits.rows))
    )


def warnings(run: RunRecord, limits: Limits) -> Html:
    """Return what the logger noted and the reader met."""
    items = join(Html(f"<li>{text(one, limits.characters)}</li>") for one in run.warnings[: limits.rows])
    return Html(f"<ul>{items}</ul>") if items else NOTHING
