"""TODO lab/experiment/mining."""
