"""Runs of other trackers, written as run directories so that everything after them is the same code.

An importer reads its source and yields `ImportedRun`s; `write_run` alone writes. `registry` knows them all.
"""
