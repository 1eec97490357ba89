"""TODO lab/experiment/search."""
