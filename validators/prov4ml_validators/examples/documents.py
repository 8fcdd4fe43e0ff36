"""Examples for JSON and PROV-JSON: whole documents."""

_PREFIX = '"prefix": {"ex": "http://example.org/"}'


def _document(sections: str, prefix: str = _PREFIX) -> str:
    return f"{{{prefix},\n {sections}}}"


def _xml(elements: str) -> str:
    namespaces = 'xmlns:prov="http://www.w3.org/ns/prov#" xmlns:ex="http://example.org/"'
    return f"<prov:document {namespaces}>\n  {elements}\n</prov:document>"


DOCUMENTS: dict[str, tuple[str, str]] = {
    "prov-formats/not-understood": (
        _xml('<prov:entity prov:id="ex:data"/>\n  <prov:other><ex:rows>60000</ex:rows></prov:other>'),
        _xml('<prov:entity prov:id="ex:data"><ex:rows>60000</ex:rows></prov:entity>'),
    ),
    "input/unreadable": ('{"name": "digits", "layers": 3}', '{"entity": {}, "activity": {}}'),
    "json/lone-surrogate": (
        _document('"entity": {"ex:a": {"prov:label": "half a face: \\ud83d"}}'),
        _document('"entity": {"ex:a": {"prov:label": "a face: \\ud83d\\ude00"}}'),
    ),
    "json/syntax": ('{"entity": {},}', '{"entity": {}}'),
    "json/duplicate-key": (
        _document('"entity": {"ex:a": {"ex:n": 1}, "ex:a": {"ex:n": 2}}'),
        _document('"entity": {"ex:a": [{"ex:n": 1}, {"ex:n": 2}]}'),
    ),
    "json/not-finite": (
        _document('"entity": {"ex:loss": {"ex:value": NaN}}'),
        _document(
            '"entity": {"ex:loss": {"ex:value": {"$": "NaN", "type": "xsd:double"}}}',
        ),
    ),
    "prov-json/structure": (
        _document('"entity": {"ex:a": {"prov:label": "A"}}, "activity": ["ex:train"]'),
        _document('"entity": {"ex:a": {"prov:label": "A"}}, "activity": {"ex:train": {}}'),
    ),
    "prov-json/unknown-section": (
        _document('"entities": {"ex:a": {}}'),
        _document('"entity": {"ex:a": {}}'),
    ),
    "prov-json/literal": (
        _document('"entity": {"ex:a": {"ex:n": {"text": "3"}}}'),
        _document('"entity": {"ex:a": {"ex:n": {"$": "3", "type": "xsd:int"}}}'),
    ),
    "prov-json/lexical": (
        _document('"entity": {"ex:a": {"ex:n": {"$": "np.float64(3.0)", "type": "xsd:double"}}}'),
        _document('"entity": {"ex:a": {"ex:n": {"$": "3.0", "type": "xsd:double"}}}'),
    ),
    "prov-json/missing-argument": (
        _document('"activity": {"ex:train": {}},\n "used": {"_:u": {"prov:entity": "ex:data"}}'),
        _document(
            '"entity": {"ex:data": {}}, "activity": {"ex:train": {}},\n'
            ' "used": {"_:u": {"prov:activity": "ex:train", "prov:entity": "ex:data"}}'
        ),
    ),
    "prov-json/dangling-reference": (
        _document(
            '"activity": {"ex:train": {}},\n'
            ' "used": {"_:u": {"prov:activity": "ex:train", "prov:entity": "ex:data"}}'
        ),
        _document(
            '"entity": {"ex:data": {}}, "activity": {"ex:train": {}},\n'
            ' "used": {"_:u": {"prov:activity": "ex:train", "prov:entity": "ex:data"}}'
        ),
    ),
    "prov-json/undeclared-prefix": (
        _document('"entity": {"run:data": {}}'),
        _document('"entity": {"run:data": {}}', '"prefix": {"run": "http://example.org/run#"}'),
    ),
    "prov-json/no-default-namespace": (
        _document('"entity": {"data": {}}'),
        _document('"entity": {"data": {}}', '"prefix": {"default": "http://example.org/"}'),
    ),
    "prov-json/redefined-prefix": (
        _document(
            '"entity": {"ex:a": {}}',
            '"prefix": {"ex": "http://example.org/", "prov": "http://example.org/prov#"}',
        ),
        _document('"entity": {"ex:a": {}}'),
    ),
    "prov-json/relative-namespace": (
        _document('"entity": {"ex:a": {}}', '"prefix": {"ex": "context"}'),
        _document('"entity": {"ex:a": {}}'),
    ),
    "prov-json/xsd-namespace": (
        _document(
            '"entity": {"ex:a": {}}',
            '"prefix": {"ex": "http://example.org/", "xsd": "http://www.w3.org/2001/XMLSchema"}',
        ),
        _document(
            '"entity": {"ex:a": {}}',
            '"prefix": {"ex": "http://example.org/", "xsd": "http://www.w3.org/2001/XMLSchema#"}',
        ),
    ),
    "prov-json/prov-attribute": (
        _document('"used": {"_:u": {"prov:activity": "ex:train", "prov:entitty": "ex:data"}}'),
        _document('"used": {"_:u": {"prov:activity": "ex:train", "prov:entity": "ex:data"}}'),
    ),
    "prov-json/several-values": (
        _document('"entity": {"ex:rate": {"prov:value": [0.1, 0.01]}}'),
        _document('"entity": {"ex:rate": {"prov:value": 0.1}, "ex:rate2": {"prov:value": 0.01}}'),
    ),
    "prov-json/type-as-text": (
        _document('"entity": {"ex:a": {"prov:type": "prov:Collection"}}'),
        _document(
            '"entity": {"ex:a": {"prov:type": {"$": "prov:Collection", "type": "prov:QUALIFIED_NAME"}}}'
        ),
    ),
    "prov-json/empty-relation": (
        _document('"entity": {"ex:a": {}},\n "wasGeneratedBy": {"_:g": {"prov:entity": "ex:a"}}'),
        _document(
            '"entity": {"ex:a": {}},\n'
            ' "wasGeneratedBy": {"_:g": {"prov:entity": "ex:a", "prov:time": "2026-01-31T12:00:00Z"}}'
        ),
    ),
    "prov-json/name-characters": (
        _document('"entity": {"ex:data set": {}}'),
        _document('"entity": {"ex:data-set": {}}'),
    ),
    "prov-json/prefix-name": (
        _document('"entity": {"my lab:a": {}}', '"prefix": {"my lab": "http://example.org/"}'),
        _document('"entity": {"my-lab:a": {}}', '"prefix": {"my-lab": "http://example.org/"}'),
    ),
    "prov-json/datatype": (
        _document('"entity": {"ex:a": {"ex:n": {"$": "3", "type": "xsd:integr"}}}'),
        _document('"entity": {"ex:a": {"ex:n": {"$": "3", "type": "xsd:integer"}}}'),
    ),
    "prov-json/language-and-type": (
        _document('"entity": {"ex:a": {"prov:label": {"$": "Daten", "lang": "de", "type": "xsd:string"}}}'),
        _document('"entity": {"ex:a": {"prov:label": {"$": "Daten", "lang": "de"}}}'),
    ),
    "prov-json/start-after-end": (
        _document(
            '"activity": {"ex:train": {"prov:startTime": "2026-01-31T12:00:00Z",\n'
            '                           "prov:endTime": "2026-01-31T12:30:00+01:00"}}'
        ),
        _document(
            '"activity": {"ex:train": {"prov:startTime": "2026-01-31T12:00:00+01:00",\n'
            '                           "prov:endTime": "2026-01-31T12:30:00+01:00"}}'
        ),
    ),
}
"""Rule id to a document that breaks the rule and one that does not."""
