"""Model cards: the template's sections, filled from the run, and inert whatever the run says."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

import prov4ml
from prov4ml_packager.card import model_card, write_card
from prov4ml_packager.cli.main import run as run_command
from prov4ml_packager.crate import Author, CrateOptions
from prov4ml_packager.markdown import cell, span, table
from prov4ml_packager.reader import read_run

from ..report.runs import ATTACK, hostile_run, ordinary_run

# The headings of huggingface_hub's template, in its order, without those that only a person can fill.
SECTIONS = [
    "Model Details",
    "Model Description",
    "Model Sources",
    "Uses",
    "Bias, Risks, and Limitations",
    "How to Get Started with the Model",
    "Training Details",
    "Training Data",
    "Training Procedure",
    "Training Hyperparameters",
    "Speeds, Sizes, Times",
    "Evaluation",
    "Results",
    "Environmental Impact",
    "Technical Specifications",
    "Model Architecture and Objective",
    "Compute Infrastructure",
    "Citation",
    "More Information",
    "Model Card Authors",
    "Model Card Contact",
]


def parsed(card: str) -> tuple[dict[str, object], list[Token]]:
    """Return the YAML at the head, and the tokens of the text as readers with tables see it."""
    first, head, text = card.split("---\n", 2)
    assert first == ""
    return yaml.safe_load(head), MarkdownIt("gfm-like", {"linkify": False}).parse(text)


def leaves(tokens: list[Token]) -> list[Token]:
    return [leaf for token in tokens for leaf in (token.children or [token])]


def headings(tokens: list[Token]) -> list[str]:
    return [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]


def test_the_sections_are_the_templates_and_filled(tmp_path: Path) -> None:
    path = ordinary_run(tmp_path / "run")
    options = CrateOptions(license="Apache-2.0", authors=(Author("Ada Lovelace"),), name="Digits net")
    head, tokens = parsed(
        write_card(read_run(path), tmp_path / "card.md", options).read_text(encoding="utf-8")
    )
    assert head == {"license": "apache-2.0", "tags": ["prov4ml", "provenance"]}
    assert headings(tokens) == ["Model Card for `Digits net`", *SECTIONS]
    text = (tmp_path / "card.md").read_text(encoding="utf-8")
    for line in [
        "| `rate` | `0.1` |",
        "| `score` | `VALIDATION` | -0.01 | -1 | -0.01 | 100 |",
        "- **Energy Consumed:** 1 kWh",
        "- **Carbon Emitted:** [More Information Needed]",
        f"| `digits` | `TRAINING` | `numpy.ndarray` | `samples 9` | `{'ab' * 32}` |",
        "`Ada Lovelace (2023): Digits net`",
    ]:
        assert line in text
    uses = text.split("## Uses\n\n")[1]
    assert uses.startswith("[More Information Needed]\n")
    assert "cpu_usage" not in text


def test_a_licence_that_the_hub_does_not_know_is_named(tmp_path: Path) -> None:
    record = read_run(ordinary_run(tmp_path / "run"))
    head, _ = parsed(model_card(record, CrateOptions(license="https://example.org/licence")))
    assert head["license"] == "other"
    assert head["license_link"] == "https://example.org/licence"
    assert "license" not in parsed(model_card(record))[0]


def test_a_card_of_attacks_holds_neither_markup_nor_links(tmp_path: Path) -> None:
    text = (
        f"{ATTACK} [x](javascript:1) ![y](//evil.example/z.png) www.evil.example `a` ``b | c\n# d\n---\n<div>"
    )
    card = model_card(read_run(hostile_run(tmp_path / "run", text)), CrateOptions(name=text, license=text))
    head, tokens = parsed(card)
    assert set(head) == {"license", "license_name", "tags"}
    found = leaves(tokens)
    assert {token.type for token in found} & {"link_open", "image", "html_inline"} == set()
    assert {token.content for token in found if token.type == "html_block"} <= {
        "<details><summary>Packages</summary>\n",
        "</details>",
        "</details>\n",
    }
    assert headings(tokens)[1:] == SECTIONS
    for token in found:
        if token.type == "text":
            assert "evil" not in token.content
    assert "`failed`" not in card
    assert "**The run that this card is made from is failed:**" in card


@given(st.text(), st.text())
def test_any_text_is_one_code_span_in_one_cell(first: str, second: str) -> None:
    markdown = table(["a", "b"], [[cell(first), cell(second)]])
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    cells = [tokens[at + 1] for at, token in enumerate(tokens) if token.type == "td_open"]
    assert len(cells) == 2
    for one in cells:
        assert [child.type for child in one.children or []] in ([], ["code_inline"])


def test_long_text_is_cut_with_its_length() -> None:
    assert span("x" * 1000, 10) == "`xxxxxxxxxx… (1,000 characters)`"
    assert span(" \n ") == ""


def test_end_run_writes_the_card_and_the_crate_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PROV4ML_FINALIZE", raising=False)
    monkeypatch.chdir(tmp_path)
    prov4ml.start_run("net", prov_save_path="prov", disable_codecarbon=True)
    prov4ml.log_param("rate", 0.1)
    prov4ml.end_run(create_card=True)
    directory = tmp_path / "prov" / "net_0"
    card = (directory / "packaged" / "model_card.md").read_text(encoding="utf-8")
    assert "| `rate` | `0.1` |" in card
    assert card == model_card(read_run(directory))
    assert run_command(["finalize", str(directory), "--card"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{directory}/packaged/model_card.md"


def test_a_card_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    from prov4ml_packager.errors import PackagerError

    path = ordinary_run(tmp_path / "run", points=2)
    with pytest.raises(PackagerError, match="is a directory"):
        write_card(read_run(path), tmp_path)
