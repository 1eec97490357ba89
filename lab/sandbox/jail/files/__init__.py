"""TODO lab/sandbox/jail/files."""
