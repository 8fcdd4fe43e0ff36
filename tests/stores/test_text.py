import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prov4ml_packager.text import escape_text, unescape_text

ANY_TEXT = st.text(st.one_of(st.characters(exclude_categories=[]), st.sampled_from("\\u00e5\x00\r")))


@given(ANY_TEXT)
@example("\\u0041")
@example("\\\\u0041")
@example("\\u00\x00")
def test_comes_back(text: str) -> None:
    assert unescape_text(escape_text(text)) == text


@given(ANY_TEXT)
def test_survives_xml_and_utf8(text: str) -> None:
    escaped = escape_text(text)
    assert escaped.encode("utf-8").decode("utf-8") == escaped
    document = b"<a>" + escaped.replace("&", "&amp;").replace("<", "&lt;").encode() + b"</a>"
    assert (ElementTree.fromstring(document.replace(b"]]>", b"]]&gt;")).text or "") == escaped


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("loss", "loss"),
        ("a\nb\té😀", "a\nb\té😀"),
        ("C:\\users", "C:\\users"),
        ("a\rb", "a\\u000db"),
        ("\x00\ud800\uffff", "\\u0000\\ud800\\uffff"),
        ("\\u0041", "\\u005cu0041"),
    ],
)
def test_escapes_only_what_it_must(text: str, escaped: str) -> None:
    assert escape_text(text) == escaped
