"""The whole page: head with its policy, navigation, parts in reading order, data and script."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..comparison import RunTable
from ..graph import csp_hash
from ..wording import run_title
from . import run_parts
from .assets import script, style
from .crates import crates_part
from .figures import Figures, charts_section, make_figures
from .html import NOTHING, Html, facts, folded, join, section, text
from .limits import REPORT, Limits
from .several import comparison, differences
from .steps import steps
from .subject import ReportCrate, ReportRun


@dataclass(frozen=True)
class PageHead:
    """What a page says besides its runs.

    Attributes:
        title: of the page; the runs' own if None.
        lead: one paragraph below the title.
        rows: names and values below that: people, licence.
        cite: how to cite, or nothing.
        footer: the last line.
        blocks: data blocks for the head.
        comparison_href: a relative link to the table of several runs as a file, or None.
    """

    title: str | None = None
    lead: str | None = None
    rows: Sequence[tuple[str, Html]] = ()
    cite: Html = NOTHING
    footer: Html = NOTHING
    blocks: Sequence[Html] = field(default=())
    comparison_href: str | None = None


def report_page(
    runs: Sequence[ReportRun],
    head: PageHead,
    limits: Limits,
    table: RunTable | None = None,
    crates: Sequence[ReportCrate] = (),
) -> str:
    """Return the page. The same runs give the same text everywhere and always.

    Args:
        runs: one, or several that are drawn over each other.
        head: what the page says besides.
        limits: how much it may hold.
        table: the comparison of several.
        crates: those that the runs are from, on a page that is in none of them.
    """
    figures = make_figures(runs, limits)
    graphs = [one.graph for one in runs if one.graph is not None][:1]
    scripts = [script(), *(graph.script for graph in graphs)]
    styles = [style(), *(graph.style for graph in graphs)]
    titles = [run_title(one.run) for one in runs]
    title = head.title or (titles[0] if len(runs) == 1 else f"{len(runs)} runs")
    if table is None:
        parts = _one(runs[0], figures, limits)
    else:
        parts = _several(runs, figures, limits, table, head.comparison_href)
    name = "Crate" if len(crates) == 1 else "Crates"
    parts.insert(1, ("crates", name, crates_part(crates, limits)))
    parts = [part for part in parts if part[2]]
    links = join(Html(f'<a href="#{key}">{text(name)}</a>') for key, name, _ in parts)
    badge = run_parts.status_badge(runs[0].run) if len(runs) == 1 else NOTHING
    lead = Html(f'<p class="lead">{text(head.lead, limits.characters)}</p>') if head.lead else NOTHING
    body = [
        Html('<a class="skip" href="#content">To the content</a>'),
        Html(f"<header><h1><bdi>{text(title, limits.characters)}</bdi> {badge}</h1>"),
        Html(f"{lead}{facts(head.rows)}{head.cite}</header>"),
        Html(f'<nav aria-label="Parts of this page">{links}</nav>'),
        Html('<main id="content">'),
        *(section(key, name, content) for key, name, content in parts),
        Html("</main>"),
        Html(f"<footer>{head.footer}</footer>") if head.footer else NOTHING,
        figures.data(),
        *(Html(f"<script>{one}</script>") for one in scripts),
    ]
    policy = (
        f"default-src 'none'; script-src {' '.join(map(csp_hash, scripts))}; "
        f"style-src {' '.join(map(csp_hash, styles))}; base-uri 'none'; form-action 'none'"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{text(title, 300)}</title>\n"
        + "".join(f"<style>{one}</style>\n" for one in styles)
        + "".join(f"{block}\n" for block in head.blocks)
        + "</head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body>\n</html>\n"
    )


_OPEN_RUNS = 3

_Part = tuple[str, str, Html]


def _metric_parts(runs: Sequence[ReportRun], figures: Figures, limits: Limits) -> list[_Part]:
    """Return the curves of all runs, with the tables of a single one."""
    only = runs[0] if len(runs) == 1 else None
    left = NOTHING
    if figures.left_out:
        more = f"; prov4ml-pack report draws {REPORT.curves:,}" if limits.curves < REPORT.curves else ""
        left = Html(
            f'<p class="note">{figures.left_out:,} series are not drawn here{more}. '
            "The tables of metrics have their figures.</p>"
        )
    model = Html(charts_section(figures, limits, machine=False) + left)
    machine = charts_section(figures, limits, machine=True)
    if only is not None:
        model = Html(model + run_parts.metrics(only, limits, machine=False))
        machine = Html(run_parts.energy(only) + machine + run_parts.metrics(only, limits, machine=True))
    return [("metrics", "Metrics", model), ("machine", "System and energy", machine)]


def _one(subject: ReportRun, figures: Figures, limits: Limits) -> list[_Part]:
    run = subject.run
    return [
        (
            "summary",
            "Summary",
            Html(run_parts.headline(subject, limits) + run_parts.summary(subject, limits)),
        ),
        ("steps", "Steps", steps(subject, limits)),
        ("parameters", "Parameters", run_parts.parameters(run, limits)),
        ("tags", "Tags", run_parts.tags(run, limits)),
        *_metric_parts([subject], figures, limits),
        ("data", "Data and models", run_parts.data_and_models(run, limits)),
        ("files", "Files", run_parts.files(subject.files, limits)),
        ("environment", "Environment", run_parts.environment(run, limits)),
        ("import", "Import", run_parts.imported(run, limits)),
        ("provenance", "Provenance", run_parts.graph(subject)),
        ("validation", "Validation", run_parts.verdict(subject.verdict, subject.verdict_of, limits)),
        ("warnings", "Warnings", run_parts.warnings(run, limits)),
    ]


def _several(
    runs: Sequence[ReportRun], figures: Figures, limits: Limits, table: RunTable, href: str | None
) -> list[_Part]:
    own = limits.of_one(len(runs))
    shown = runs[: limits.runs]
    left = NOTHING
    if len(runs) > len(shown):
        left = Html(f'<p class="note">{len(runs) - len(shown):,} more runs are only in the comparison.</p>')
    each = join(
        _article(subject, number, own, folds=len(runs) > _OPEN_RUNS) for number, subject in enumerate(shown)
    )
    return [
        ("comparison", "Comparison", comparison(table, runs, limits, href)),
        *_metric_parts(runs, figures, limits),
        ("differences", "Differences", differences(runs, limits)),
        ("each", "Each run", Html(each + left)),
    ]


def _article(subject: ReportRun, number: int, limits: Limits, *, folds: bool) -> Html:
    """Return the part of one of several runs; where there are many, it is opened when it is wanted."""
    run = subject.run
    metrics = Html(
        run_parts.metrics(subject, limits, machine=False)
        + run_parts.energy(subject)
        + run_parts.metrics(subject, limits, machine=True)
    )
    parts = [
        ("Steps", len(run.contexts), steps(subject, limits)),
        ("Parameters", len(run.parameters), run_parts.parameters(run, limits)),
        ("Tags", len(run.tags), run_parts.tags(run, limits)),
        ("Metrics", len(subject.series), metrics),
        ("Data and models", len(run.datasets) + len(run.models), run_parts.data_and_models(run, limits)),
        ("Files", len(subject.files), run_parts.files(subject.files, limits)),
        ("Environment", len(run.ranks), run_parts.environment(run, limits)),
        ("Import", 1, run_parts.imported(run, limits)),
        ("Provenance", 1, run_parts.graph(subject)),
        ("Validation", 1, run_parts.verdict(subject.verdict, subject.verdict_of, limits)),
        ("Warnings", len(run.warnings), run_parts.warnings(run, limits)),
    ]
    content = join(folded(title, count, part) for title, count, part in parts)
    title = f"<bdi>{text(run_title(run), limits.characters)}</bdi> {run_parts.status_badge(run)}"
    summary = run_parts.headline(subject, limits) + run_parts.summary(subject, limits)
    if not folds:
        return Html(f'<article id="run-{number}"><h3>{title}</h3>{summary}{content}</article>')
    # The address is inside, so that a link to it opens what it is in.
    return Html(
        f'<details class="run"><summary><h3>{title}</h3></summary>'
        f'<article id="run-{number}">{summary}{content}</article></details>'
    )
