"""TODO lab/internet/models."""
