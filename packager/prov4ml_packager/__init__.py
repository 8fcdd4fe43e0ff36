"""Turn run directories into metric stores, provenance documents, graphs and RO-Crates, offline.

Nothing heavy is imported here, so that the command line starts quickly and works with few extras.
"""
