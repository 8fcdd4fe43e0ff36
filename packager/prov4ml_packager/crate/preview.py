"""`ro-crate-preview.html`: one page of the crate for people, with no script and nothing from elsewhere.

Everything that came from a run is escaped; the drawing is an image, in which a browser runs nothing.
"""

import base64
import re
from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from prov4ml.rundir import PACKAGED_DIRECTORY, PACKAGED_SVG

from ..file_roles import FileRole, file_roles
from ..text import escape_text
from ..wording import command_line, error_text, iso_time, plain_value, run_title, source_url
from .facts import RunFacts
from .licences import licence_entity
from .members import MANIFEST, METADATA, open_source
from .options import CrateOptions
from .payload import PayloadDirectory, PayloadFile
from .preview_style import POLICY, STYLE

_LARGEST_IMAGE = 3 << 20
_OPEN_ROWS = 25
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def preview_html(runs: Sequence[RunFacts], options: CrateOptions) -> str:
    """Return the page: summary, people, then each run with parameters, metrics, files and graph.

    Args:
        runs: what is known of each run.
        options: people and licence.
    """
    titles = [run_title(facts.run) for facts in runs]
    title = (
        escape_text(options.name) if options.name else titles[0] if len(runs) == 1 else f"{len(runs)} runs"
    )
    lead = f"<p class=lead>{_text(options.description)}</p>" if options.description else ""
    body = [
        f"<header><h1>{_text(title)}</h1>{lead}</header>",
        _about(runs, options),
        _run_list(runs) if len(runs) > 1 else "",
        *(_run(facts, index, many=len(runs) > 1) for index, facts in enumerate(runs)),
        f'<footer>RO-Crate {options.spec}. <a href="{METADATA}">{METADATA}</a> describes every file, '
        f'<a href="{MANIFEST}">{MANIFEST}</a> has their digests; check them with '
        f"<code>sha256sum --check {MANIFEST}</code>.</footer>",
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body>\n</html>\n"
    )


def _text(value: object) -> str:
    return escape(escape_text(str(value)), quote=True)


def _link(url: str | None, text: str) -> str:
    # Only these schemes: a `javascript:` URL from a configuration must stay text.
    if url and url.startswith(("https://", "http://", "mailto:")):
        return f'<a href="{_text(url)}" rel="noreferrer">{_text(text)}</a>'
    return _text(text)


def _facts_list(rows: Iterable[tuple[str, str]]) -> str:
    items = "".join(f"<div><dt>{_text(name)}</dt><dd>{value}</dd></div>" for name, value in rows if value)
    return f"<dl>{items}</dl>"


def _about(runs: Sequence[RunFacts], options: CrateOptions) -> str:
    licence = licence_entity(options.license)
    authors = []
    for author in options.authors:
        affiliation = author.affiliation
        where = f" ({_link(affiliation.url, affiliation.name)})" if affiliation else ""
        authors.append(_link(author.orcid, author.name) + where)
    contact = options.contact
    reach = ""
    if contact is not None:
        url = f"mailto:{contact.email}" if contact.email else contact.url
        reach = _link(url, contact.name or contact.email or contact.url or "")
    publisher = options.publisher
    rows = [
        ("Authors", "; ".join(authors)),
        ("Publisher", _link(publisher.url, publisher.name) if publisher else ""),
        ("Contact", reach),
        ("Licence", _link(licence.get("url"), licence["name"])),
        ("Published", _text(iso_time(max(facts.run.end for facts in runs))[:10])),
        ("Keywords", _text(", ".join(options.keywords))),
    ]
    return _facts_list(rows)


def _badge(facts: RunFacts) -> str:
    return f'<span class="badge {facts.run.status}">{facts.run.status}</span>'


def _run_list(runs: Sequence[RunFacts]) -> str:
    rows = [
        [
            f'<a href="#run-{index}">{_text(run_title(facts.run))}</a>',
            _badge(facts),
            _time(facts.run.start),
            _duration(facts),
        ]
        for index, facts in enumerate(runs)
    ]
    return "<section><h2>Runs</h2>" + _table(["Run", "Status", "Start", "Duration"], rows) + "</section>"


def _run(facts: RunFacts, index: int, *, many: bool) -> str:
    sections = (_summary(facts), _parameters(facts), _metrics(facts), _files(facts), _graph(facts))
    title = f"{_text(run_title(facts.run))} " if many else "The run "
    return f'<article id="run-{index}"><h2>{title}{_badge(facts)}</h2>' + "".join(sections) + "</article>"


def _time(nanoseconds: int) -> str:
    return _text(iso_time(nanoseconds)[:19].replace("T", " ") + " UTC")


def _duration(facts: RunFacts) -> str:
    seconds = max(0, facts.run.end - facts.run.start) / 1e9
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min {seconds} s" if hours else f"{minutes} min {seconds} s"


def _summary(facts: RunFacts) -> str:
    run = facts.run
    git = next((rank.git for rank in run.ranks if rank.git is not None), None)
    commit = ""
    if git is not None and git.commit:
        changed = " with changes" if git.dirty else ""
        commit = _link(source_url(run), git.commit[:12]) + changed
    python = next((rank.python for rank in run.ranks if rank.python), {})
    error = error_text(run)
    points = run.metrics.point_count
    command = command_line(run)
    rows = [
        ("Experiment", _text(run.experiment)),
        ("Run", _text(run.run_id)),
        ("Identifier", f"<code>{_text(facts.action_id)}</code>"),
        ("Error", f'<span class="error">{_text(error)}</span>' if error else ""),
        ("Start", _time(run.start)),
        ("End", _time(run.end)),
        ("Duration", _duration(facts)),
        ("Command", f"<code>{_text(command)}</code>" if command else ""),
        ("Commit", commit),
        ("Python", _text(f"{python.get('implementation', '')} {python.get('version', '')}".strip())),
        ("Ranks", _text(len(run.ranks)) if len(run.ranks) > 1 else ""),
        ("Contexts", _text(", ".join(context.name for context in run.contexts))),
        ("Metric points", _text(f"{points:,} in {len(facts.series):,} series")),
    ]
    return _facts_list(rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: frozenset[int] = frozenset()) -> str:
    def cells(row: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=n' if column in numbers else ''}>{cell}</{tag}>"
            for column, cell in enumerate(row)
        )

    head = cells([_text(one) for one in heads], "th")
    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<div class=scroll><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _section(title: str, count: int, content: str) -> str:
    opened = " open" if count <= _OPEN_ROWS else ""
    head = f"<h3>{title}</h3> <span class=count>{count:,}</span>"
    return f"<details{opened}><summary>{head}</summary>{content}</details>"


def _parameters(facts: RunFacts) -> str:
    last = {(parameter.context or "", parameter.key): parameter for parameter in facts.run.parameters}
    with_context = any(context for context, _ in last)
    heads = ["Parameter", *(["Context"] if with_context else []), "Value"]
    rows = [
        [
            _text(key),
            *([_text(context)] if with_context else []),
            f"<code>{_text(plain_value(one.value))}</code>",
        ]
        for (context, key), one in last.items()
    ]
    return _section("Parameters", len(rows), _table(heads, rows)) if rows else ""


def _number(value: float | None) -> str:
    if value is None:
        return ""
    shown = plain_value(value)
    return _text(shown) if isinstance(shown, str) else f'<span title="{value!r}">{value:.6g}</span>'


def _metrics(facts: RunFacts) -> str:
    ranks = len(facts.run.ranks) > 1
    sources = any(series.source for series, _ in facts.series)
    rows = []
    for series, numbers in facts.series:
        unit = f" <span class=unit>{_text(series.unit)}</span>" if series.unit else ""
        names = [_text(series.metric) + unit, _text(series.context or "")]
        names += [_text(series.source or "")] if sources else []
        names += [str(series.rank)] if ranks else []
        values = [numbers.first, numbers.last, numbers.minimum, numbers.maximum, numbers.mean]
        rows.append([*names, f"{numbers.count:,}", *(_number(value) for value in values)])
    heads = ["Metric", "Context", *(["Source"] if sources else []), *(["Rank"] if ranks else [])]
    first_number = len(heads)
    heads += ["Points", "First", "Last", "Minimum", "Maximum", "Mean"]
    content = _table(heads, rows, frozenset(range(first_number, len(heads)))) if rows else ""
    finals = [
        [
            _text(one.key),
            _text(one.operation),
            f"<code>{_text(plain_value(one.value))}</code>",
            f"{one.count:,}",
        ]
        for one in facts.run.final_metrics
    ]
    if finals:
        content += "<h4>Final metrics</h4>" + _table(["Metric", "Operation", "Value", "Values"], finals)
    return _section("Metrics", len(rows), content) if content else ""


def _size(size: int) -> str:
    value = float(size)
    for unit in _UNITS:
        if value < 1024 or unit == _UNITS[-1]:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    raise AssertionError


def _side(role: FileRole | None) -> str:
    if role is None:
        return "record"
    sides = (["input"] if role.is_object else []) + (["output"] if role.is_result else [])
    return " and ".join(sides)


def _file_row(file: PayloadFile, role: FileRole | None) -> list[str]:
    path = file.member.path
    name = _text(role.name) if role else _text(file.original.rsplit("/", 1)[-1])
    place = f'<br><a class=path href="{quote(path)}">{_text(path)}</a>'
    digest = f'<code class=digest title="{file.member.sha256}">{file.member.sha256}</code>'
    return [
        name + place,
        _side(role),
        f'<span title="{file.member.size} bytes">{_size(file.member.size)}</span>',
        digest,
    ]


def _directory_row(directory: PayloadDirectory, role: FileRole | None) -> list[str]:
    name = _text(role.name) if role else _text(directory.original.rstrip("/").rsplit("/", 1)[-1])
    path = directory.member.path
    size = sum(file.member.size for file in directory.files)
    place = f'<br><a class=path href="{quote(path)}">{_text(path)}</a>'
    return [name + place, _side(role), _size(size), f"{len(directory.files):,} files, each in the manifest"]


def _reading_order(file: PayloadFile) -> list[tuple[bool, int, str]]:
    """Order paths as people do: version 2 before version 10."""
    parts = re.split(r"(\d+)", file.original)
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def _files(facts: RunFacts) -> str:
    roles = file_roles(facts.run)
    rows = [
        _file_row(file, roles.get(file.original)) for file in sorted(facts.payload.files, key=_reading_order)
    ]
    rows += [_directory_row(one, roles.get(one.original.rstrip("/"))) for one in facts.payload.directories]
    return _section("Files", len(rows), _table(["Name", "Role", "Size", "SHA-256"], rows, frozenset({2})))


def _graph(facts: RunFacts) -> str:
    wanted = f"{PACKAGED_DIRECTORY}/{PACKAGED_SVG}"
    drawing = next(file for file in facts.payload.files if file.original == wanted)
    path = quote(drawing.member.path)
    if drawing.member.size > _LARGEST_IMAGE:
        link = f'<a href="{path}">Open the drawing</a>, {_size(drawing.member.size)}.'
        return f"<h3>Provenance graph</h3><p>{link}</p>"
    with open_source(drawing.member.source) as stream:
        image = base64.b64encode(stream.read()).decode("ascii")
    return (
        f'<h3>Provenance graph</h3><a class=graph href="{path}"><img alt="Provenance graph of the run" '
        f'src="data:image/svg+xml;base64,{image}"></a>'
    )
