"""PROV-N, PROV-XML, PROV-O and PROV-JSONLD, read with the library `prov` and checked as PROV-JSON."""
