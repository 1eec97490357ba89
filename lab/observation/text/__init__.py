"""TODO lab/observation/text."""
