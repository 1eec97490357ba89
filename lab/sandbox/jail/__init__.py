"""TODO lab/sandbox/jail."""
