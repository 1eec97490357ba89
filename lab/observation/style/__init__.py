"""TODO lab/observation/style."""
