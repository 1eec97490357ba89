"""TODO lab/experiment/design."""
