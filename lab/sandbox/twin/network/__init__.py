"""TODO lab/sandbox/twin/network."""
