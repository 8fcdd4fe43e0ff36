"""Examples for the parts of a run that have to agree: its provenance, its crate, its files, its metric store.

Files are written as in the examples for run directories; of ro-crate-metadata.json only one entity is shown.
"""

_PREFIX = '"prefix": {"prov4ml": "https://w3id.org/prov4ml/terms#", "run": "urn:uuid:1#"}'
_RUN_TYPE = '"prov:type": {"$": "prov4ml:Run", "type": "prov:QUALIFIED_NAME"}'
_PERSON = '"prov:type": {"$": "prov:Person", "type": "prov:QUALIFIED_NAME"}'
_SHA = "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470"


def _prov(*sections: str) -> str:
    return "\n".join(["packaged/prov.json:", f"  {{{_PREFIX},", *(f"   {one}" for one in sections)]) + "}"


def _entity(text: str) -> str:
    return f"ro-crate-metadata.json, one entity:\n  {text}"


def _run(*properties: str) -> str:
    return f'"activity": {{"run:run": {{{", ".join([_RUN_TYPE, *properties])}}}}}'


def _action(*properties: str) -> str:
    action = '"@id": "#run", "@type": "CreateAction", "name": "Training"'
    return _entity("{" + ", ".join([action, *properties]) + "}")


def _file(*properties: str) -> str:
    return f'"entity": {{"run:data": {{{", ".join(properties)}}}}}'


_PATH = '"prov4ml:path": "data set.csv"'
_INPUT = '"object": {"@id": "data%20set.csv"}'
_UUID = '"prov4ml:uuid": "1"'
_ENDED = '"prov:endTime": "2026-01-31T12:00:00Z"'
_ENDS, _ENDS_LATER = '"endTime": "2026-01-31T13:00:00+01:00"', '"endTime": "2026-01-31T13:00:00Z"'
_FAILED = '"prov4ml:status": "failed"'
_STATUS = '"actionStatus": "http://schema.org/{}ActionStatus"'
_AGENT = '"agent": {"@id": "https://orcid.org/0000-0002-1825-0097"}'


def _associated(label: str) -> str:
    return (
        f'"agent": {{"run:person": {{{_PERSON}, "prov:label": "{label}"}}}},\n'
        '   "wasAssociatedWith": {"_:w": {"prov:activity": "run:run", "prov:agent": "run:person"}}'
    )


def _series(count: int, last: str, store: str = "metrics.csv") -> str:
    return _prov(
        '"entity": {"run:loss": {"prov:label": "loss", "prov4ml:context": "TRAINING",',
        f'   "prov4ml:store": "packaged/{store}", "prov4ml:rank": 0,',
        f'   "prov4ml:count": {count}, "prov4ml:last": {{"$": "{last}", "type": "xsd:double"}}}}}}',
    )


def _store(*rows: str) -> str:
    header = "context,metric,source,rank,step,time,value"
    return "\n".join(["packaged/metrics.csv:", *(f"  {line}" for line in (header, *rows))])


_ROWS = ("TRAINING,loss,,0,0,1769860800000,0.5", "TRAINING,loss,,0,1,1769860801000,0.25")

PARTS: dict[str, tuple[str, str]] = {
    "cross-check/agent": (
        f"{_prov(_run())}\n{_action(_AGENT)}",
        f"{_prov(_run() + ',', _associated('Josiah Carberry'))}\n{_action(_AGENT)}",
    ),
    "cross-check/agent-name": (
        f"{_prov(_run() + ',', _associated('Ann'))}\n{_action(_AGENT)}",
        f"{_prov(_run() + ',', _associated('Josiah Carberry'))}\n{_action(_AGENT)}",
    ),
    "cross-check/digest": (
        _prov(_file(_PATH, f'"prov4ml:sha256": "{"0" * 64}"')),
        _prov(_file(_PATH, f'"prov4ml:sha256": "{_SHA}"')),
    ),
    "cross-check/size": (
        _prov(_file(_PATH, '"prov4ml:size": 9')),
        _prov(_file(_PATH, '"prov4ml:size": 8')),
    ),
    "cross-check/not-in-crate": (
        _prov(_file('"prov4ml:path": "labels.csv"')),
        _prov(_file(_PATH)),
    ),
    "cross-check/not-in-provenance": (
        f"{_prov(_run())}\n{_action(_INPUT)}",
        f"{_prov(_run() + ',', _file(_PATH))}\n{_action(_INPUT)}",
    ),
    "cross-check/run-without-action": (
        f"{_prov(_run(_UUID))}\n{_action()}\n{_action().replace('#run', '#evaluation')}",
        f"{_prov(_run(_UUID))}\n{_action().replace('#run', 'urn:uuid:1')}",
    ),
    "cross-check/time": (
        f"{_prov(_run(_ENDED))}\n{_action(_ENDS_LATER)}",
        f"{_prov(_run(_ENDED))}\n{_action(_ENDS)}",
    ),
    "cross-check/status": (
        f"{_prov(_run(_FAILED))}\n{_action(_STATUS.format('Completed'))}",
        f"{_prov(_run(_FAILED))}\n{_action(_STATUS.format('Failed'))}",
    ),
    "cross-check/not-all-documents": (
        "prov_1.json, prov_2.json, ... prov_65.json: 65 documents",
        "prov_1.json, prov_2.json, ... prov_64.json: 64 documents",
    ),
    "store/count": (f"{_series(3, '0.25')}\n{_store(*_ROWS)}", f"{_series(2, '0.25')}\n{_store(*_ROWS)}"),
    "store/last-value": (f"{_series(2, '0.5')}\n{_store(*_ROWS)}", f"{_series(2, '0.25')}\n{_store(*_ROWS)}"),
    "store/unreadable": (
        f"{_series(2, '0.25')}\n{_store(*_ROWS, 'TRAINING,loss')}",
        f"{_series(2, '0.25')}\n{_store(*_ROWS)}",
    ),
    "store/not-checked": (
        f"pip install 'prov4ml[validate]'\n{_series(2, '0.25')}\n{_store(*_ROWS)}",
        f"pip install 'prov4ml[pack]'\n{_series(2, '0.25')}\n{_store(*_ROWS)}",
    ),
}
"""Rule id to parts that break the rule and parts that do not."""
