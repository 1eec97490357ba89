"""TODO lab/specimens."""
