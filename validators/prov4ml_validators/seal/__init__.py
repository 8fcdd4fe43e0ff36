"""Seals: a signature over the metadata of a crate, whose manifest holds the digest of everything else."""
