"""Examples for the provenance of machine learning: whole documents, short."""

_PREFIX = '"prefix": {"ex": "http://example.org/", "prov4ml": "https://w3id.org/prov4ml/terms#"}'
_TIMES = '"prov:startTime": "2026-01-31T12:00:00Z", "prov:endTime": "2026-01-31T13:00:00Z"'

_OF_PROV_O = '"prov:startedAtTime": "2026-01-31T12:00:00Z", "prov:endedAtTime": "2026-01-31T13:00:00Z"'


def _document(*sections: str, prefix: str = _PREFIX) -> str:
    return "{" + ",\n ".join([prefix, *sections]) + "}"


def _type(name: str) -> str:
    return f'"prov:type": {{"$": "prov4ml:{name}", "type": "prov:QUALIFIED_NAME"}}'


def _entity(*attributes: str) -> str:
    return _document('"entity": {"ex:e": {' + ", ".join(attributes) + "}}")


def _run(*attributes: str) -> str:
    return f'"activity": {{"ex:run": {{{", ".join([_type("Run"), _TIMES, *attributes])}}}}}'


def _used(entity: str) -> str:
    return f'"used": {{"_:u": {{"prov:activity": "ex:run", "prov:entity": "{entity}"}}}}'


def _generated(entity: str) -> str:
    return f'"wasGeneratedBy": {{"_:g": {{"prov:entity": "{entity}", "prov:activity": "ex:run"}}}}'


def _metric(*attributes: str) -> str:
    return f'"entity": {{"ex:loss": {{{", ".join([_type("Metric"), *attributes])}}}}}'


_STORED = ('"prov4ml:store": "packaged/metrics.zarr"', '"prov4ml:count": 3', '"prov4ml:last": 0.25')
_RATE = f'"entity": {{"ex:rate": {{{_type("Parameter")}}}}}'


def _validation(start: str, end: str) -> str:
    return _document(
        f'"activity": {{"ex:run": {{{_TIMES}}},\n'
        f'   "ex:validation": {{"prov:startTime": "{start}", "prov:endTime": "{end}",\n'
        '     "dcterms:isPartOf": {"$": "ex:run", "type": "prov:QUALIFIED_NAME"}}}',
        prefix=_PREFIX.replace("}", ', "dcterms": "http://purl.org/dc/terms/"}'),
    )


def _ranks(*recorded: int) -> str:
    activities = [
        f'"ex:run": {{{_type("Run")}, {_TIMES},\n'
        '     "prov4ml:worldSize": 2, "prov4ml:collectAllProcesses": true}',
        *(f'"ex:rank{one}": {{{_TIMES}, "prov4ml:rank": {one}}}' for one in recorded),
    ]
    return _document('"activity": {' + ",\n   ".join(activities) + "}")


def _two_epochs(first: str, second: str) -> str:
    return _document(
        f'"activity": {{"ex:epoch0": {{{_TIMES}}}, "ex:epoch1": {{{_TIMES}}}}}',
        f'"wasGeneratedBy": {{"_:g": {{"prov:entity": "{first}", "prov:activity": "ex:epoch0"}},\n'
        f'   "_:h": {{"prov:entity": "{second}", "prov:activity": "ex:epoch1"}}}}',
    )


ML: dict[str, tuple[str, str]] = {
    "prov-ml/elided-list": (
        _entity('"ex:epochs": "[0, 0, 0, ..., 4, 4, 4]"'),
        _entity('"prov4ml:store": "packaged/metrics.zarr"', '"prov4ml:count": 1565'),
    ),
    "prov-ml/python-text": (
        _entity('"ex:loss": "np.float64(0.25)"', '"ex:context": "Context.TRAINING"'),
        _entity('"ex:loss": {"$": "0.25", "type": "xsd:double"}', '"ex:context": "TRAINING"'),
    ),
    "prov-ml/list-as-text": (
        _entity('"ex:values": "[0.9, 0.5, 0.3]"'),
        _entity('"ex:values": {"$": "[0.9, 0.5, 0.3]", "type": "xsd:string"}'),
    ),
    "prov-ml/number-as-text": (
        _entity('"prov:value": "0.001"'),
        _entity('"prov:value": {"$": "0.001", "type": "xsd:double"}'),
    ),
    "prov-ml/parameter-used": (_document(_RATE, _run()), _document(_RATE, _run(), _used("ex:rate"))),
    "prov-ml/result-generated": (
        _document(_metric(*_STORED), _run(), _used("ex:loss")),
        _document(_metric(*_STORED), _run(), _generated("ex:loss")),
    ),
    "prov-ml/metric-store": (
        _document(_metric(), _run(), _generated("ex:loss")),
        _document(_metric(*_STORED), _run(), _generated("ex:loss")),
    ),
    "prov-ml/one-generation": (_two_epochs("ex:model", "ex:model"), _two_epochs("ex:model.0", "ex:model.1")),
    "prov-ml/self-reference": (
        _document('"hadMember": {"_:m": {"prov:collection": "ex:run", "prov:entity": "ex:run"}}'),
        _document('"hadMember": {"_:m": {"prov:collection": "ex:runs", "prov:entity": "ex:run"}}'),
    ),
    "prov-ml/activity-times": (
        _document('"activity": {"ex:training": {}}'),
        _document(f'"activity": {{"ex:training": {{{_TIMES}}}}}'),
    ),
    "prov-ml/time-zone": (
        _document(f'"activity": {{"ex:training": {{{_TIMES.replace("Z", "")}}}}}'),
        _document(f'"activity": {{"ex:training": {{{_TIMES}}}}}'),
    ),
    "prov-ml/time-attribute": (
        _document(f'"activity": {{"ex:training": {{{_OF_PROV_O}}}}}'),
        _document(f'"activity": {{"ex:training": {{{_TIMES}}}}}'),
    ),
    "prov-ml/outside-run": (
        _validation("2026-01-31T13:00:01Z", "2026-01-31T13:00:02Z"),
        _validation("2026-01-31T12:50:00Z", "2026-01-31T13:00:00Z"),
    ),
    "prov-ml/ranks": (_ranks(0), _ranks(0, 1)),
    "prov-ml/status-error": (
        _document(_run('"prov4ml:status": "finished"', '"prov4ml:errorType": "MemoryError"')),
        _document(_run('"prov4ml:status": "failed"', '"prov4ml:errorType": "MemoryError"')),
    ),
    "prov-ml/namespace-ending": (
        _document(prefix=_PREFIX.replace("example.org/", "example.org/terms")),
        _document(prefix=_PREFIX.replace("example.org/", "example.org/terms#")),
    ),
    "prov-ml/host-path": (
        _entity('"ex:path": "/home/maria/project/train.py"'),
        _entity('"prov4ml:path": "artifacts/source/train.py"'),
    ),
    "prov-ml/user-name": (
        _entity('"ex:user_id": "maria"'),
        _document('"agent": {"ex:maria": {"prov:type": {"$": "prov:Person", "type": "xsd:QName"}}}'),
    ),
    "prov-ml/secret": (
        _entity('"ex:command": "train.py --password hunter2hunter2"'),
        _entity('"ex:command": "train.py --password ***"'),
    ),
}
"""Rule id to a document that breaks the rule and one that does not."""
