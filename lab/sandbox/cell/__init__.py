"""TODO lab/sandbox/cell."""
