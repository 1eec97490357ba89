"""TODO lab/sandbox/twin/files."""
