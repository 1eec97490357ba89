"""TODO lab/experiment/confirm."""
