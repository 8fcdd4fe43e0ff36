"""Documents in any form and from any place give the same picture; hostile ones are refused offline."""

import io
import json
import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest
from prov.model import ProvDocument

from prov4ml_packager.documents import load_document, load_documents
from prov4ml_packager.errors import PackagerError
from prov4ml_packager.graph import make_picture
from prov4ml_packager.provenance import build_document
from prov4ml_validators.report import Unreadable

from ..provenance.sample_run import a_run

FORMS = {"a.provn": "provn", "a.xml": "xml", "a.ttl": "rdf", "a.trig": "rdf", "a.jsonld": "jsonld"}


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def shape(document: dict[str, Any]) -> tuple[list[tuple[str, str, tuple[str, ...]]], list[tuple[Any, ...]]]:
    """Return nodes and arrows of a document, whatever their order and prefixes."""
    picture = make_picture(document)
    names = [sorted(node.label for node in group.members) for group in picture.groups]
    nodes = sorted(
        (group.kind, ",".join(name), tuple(sorted(group.first.types)))
        for group, name in zip(picture.groups, names, strict=True)
    )
    arrows = sorted(
        (arrow.relation, names[arrow.effect], names[arrow.cause], arrow.lines) for arrow in picture.arrows
    )
    return nodes, arrows


@pytest.mark.filterwarnings("ignore:Dataset[.]")  # by `prov`, as it writes
@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_picture(name: str, tmp_path: Path) -> None:
    document = build_document(a_run())
    other = ProvDocument.deserialize(content=json.dumps(document), format="json")
    (tmp_path / name).write_text(other.serialize(format=FORMS[name]), encoding="utf-8")
    assert shape(load_documents(tmp_path / name)) == shape(document)


@pytest.mark.parametrize("name", ["document", "document.txt"])
@pytest.mark.parametrize("form", ["json", "provn", "xml", "jsonld"])
def test_these_forms_are_known_by_their_content(name: str, form: str, tmp_path: Path) -> None:
    document = ProvDocument()
    document.add_namespace("ex", "http://example.org/")
    document.entity("ex:e")
    (tmp_path / name).write_text(document.serialize(format=form), encoding="utf-8")
    assert list(load_document(tmp_path / name)["entity"]) == ["ex:e"]


HOSTILE = {
    "doctype.xml": (
        '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        '<p:document xmlns:p="http://www.w3.org/ns/prov#"><p:entity p:id="a"/>&x;</p:document>',
        "document type",
    ),
    "bomb.provx": (
        '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><d>&b;</d>',
        "document type",
    ),
    "rdf.rdf": (
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
        "document type",
    ),
    "remote.jsonld": (
        '{"@context": ["http://127.0.0.1:1/context", {"prov": "http://www.w3.org/ns/prov#"}], '
        '"@graph": [{"@id": "urn:a", "@type": "http://www.w3.org/ns/prov#Entity"}]}',
        "elsewhere",
    ),
    "broken.provn": ("document\n entity(", "PROV-N"),
    "broken.ttl": ("@prefix : <http://example.org/>\n :a :b", "PROV-O"),
    "broken.xml": ("<a><b></a>", "XML"),
    "plain.txt": ("once upon a time", "in any form that is known"),
    "empty.json": ("", "in any form that is known"),
    "binary.provn": ("\x00\x01\x02", "PROV-N"),
}


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_or_broken_is_one_line(name: str, tmp_path: Path) -> None:
    content, words = HOSTILE[name]
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises((PackagerError, Unreadable)) as caught:
        load_documents(tmp_path / name)
    message = str(caught.value)
    assert words in message
    assert str(tmp_path / name) in message
    assert "\n" not in message


def archive(path: Path, members: dict[str, str]) -> Path:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as target:
        for name, text in members.items():
            target.writestr(name, text)
    path.write_bytes(content.getvalue())
    return path


def test_all_runs_of_a_crate_are_drawn_each_in_a_frame(tmp_path: Path) -> None:
    document = json.dumps({"entity": {"e": {}}, "bundle": {"b": {"entity": {"f": {}}}}})
    crate = archive(
        tmp_path / "two.zip", {"one/packaged/prov.json": document, "two/packaged/prov.json": document}
    )
    assert list(load_documents(crate)["bundle"]) == ["one", "one/b", "two", "two/b"]
    assert make_picture(load_documents(crate)).tally.records == 4
    assert list(load_document(crate)["entity"]) == ["e"]


def test_crates_of_others_hold_their_document_elsewhere(tmp_path: Path) -> None:
    members = {
        "ro-crate-metadata.json": '{"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": []}',
        "config.json": '{"entity": 1, "lr": 2}',
        "results/numbers.json": "[1, 2]",
        "results/prov_x_GR0.json": '{"entity": {"e": {}}}',
    }
    assert load_documents(archive(tmp_path / "x.zip", members)) == {"entity": {"e": {}}}


def test_a_folder_of_another_tracker(tmp_path: Path) -> None:
    (tmp_path / "prov_x_GR0.json").write_text('{"entity": {"e": {}}}')
    (tmp_path / "prov_x_GR1.json").write_text('{"entity": {"e": {}}}')
    (tmp_path / "notes.json").write_text('{"a": 1}')
    assert list(load_documents(tmp_path)["bundle"]) == ["prov_x_GR0.json", "prov_x_GR1.json"]


def test_the_published_runs_and_crates(shared: Path) -> None:
    for path in sorted((shared / "data" / "yprov4ml-runs").iterdir()):
        assert make_picture(load_documents(path)).tally.records == 34
