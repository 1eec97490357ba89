"""TODO lab/observation/documents."""
