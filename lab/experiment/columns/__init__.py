"""TODO lab/experiment/columns."""
