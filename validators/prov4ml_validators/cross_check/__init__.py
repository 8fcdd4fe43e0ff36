"""Whether the parts of a packaged run agree: its PROV documents, its crate and its files."""
