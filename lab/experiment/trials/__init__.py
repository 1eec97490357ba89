"""TODO lab/experiment/trials."""
