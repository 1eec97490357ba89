"""TODO lab/sandbox/twin/process."""
