"""The preview as a real browser sees it: styled, with its picture, inert, and silent on the console."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from prov4ml_packager.crate import build_crate

from .builders import FULL, make_run

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--virtual-time-budget=2000",
)
PAYLOAD = "<script>document.title='owned'</script>\"><img src=x onerror=\"document.title='owned'\">"


def rendered(page: Path, profile: Path) -> tuple[str, list[str]]:
    """Return the document after its scripts would have run, and what the page wrote to the console."""
    command = ["chromium", *OPTIONS, f"--user-data-dir={profile}", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.system("chromium")
def test_a_browser_shows_the_preview_and_runs_nothing(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run_1", experiment=PAYLOAD)
    crate = build_crate([run], tmp_path / "crate", replace(FULL, name=PAYLOAD))
    page = crate / "ro-crate-preview.html"
    document, console = rendered(page, tmp_path / "profile")
    assert console == []  # a style or picture that the page's own policy refuses is reported here
    title = re.search(r"<title>(.*?)</title>", document, re.DOTALL)
    assert title is not None
    assert title[1].startswith("&lt;script&gt;")
    assert "Provenance graph of the run" in document

    # The same browser does run what a page without escapes and policy says, so silence means something.
    naive = tmp_path / "naive.html"
    naive.write_text(f"<title>plain</title><p>{PAYLOAD}</p><script>console.error('seen')</script>")
    document, console = rendered(naive, tmp_path / "profile")
    assert "<title>owned</title>" in document
    assert len(console) == 1
