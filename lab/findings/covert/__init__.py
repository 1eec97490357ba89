"""TODO lab/findings/covert."""
