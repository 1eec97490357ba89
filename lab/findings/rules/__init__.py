"""TODO lab/findings/rules."""
