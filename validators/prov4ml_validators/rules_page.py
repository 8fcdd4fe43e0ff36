"""The page that lists every rule, made from the registry."""

from .rules import Rule, all_rules

_TABLE = "\n\n| rule | weight | what is asked | source | what to do |\n|---|---|---|---|---|\n"
_HEAD = """\
# Rules of `prov4ml-pack validate`

Made from the registry by `prov4ml_validators.rules_page`; a test keeps it current. MUST decides whether
something is valid, SHOULD and MAY are listed and decide nothing unless `--severity` asks for it.
"""


def _row(rule: Rule) -> str:
    cells = (f"`{rule.id}`", rule.severity.name, rule.sentence, rule.source, rule.help)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def rules_page() -> str:
    """Return the page in Markdown: one table a family, sorted by id."""
    parts = [_HEAD]
    family = ""
    for rule in all_rules():
        if rule.id.split("/")[0] != family:
            family = rule.id.split("/")[0]
            parts.append(f"\n## {family}{_TABLE}")
        parts.append(_row(rule) + "\n")
    return "".join(parts)


if __name__ == "__main__":
    print(rules_page(), end="")
