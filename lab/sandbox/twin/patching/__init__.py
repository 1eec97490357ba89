"""TODO lab/sandbox/twin/patching."""
