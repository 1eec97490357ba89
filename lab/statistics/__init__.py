"""TODO lab/statistics."""
