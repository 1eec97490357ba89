"""TODO lab/internet/http."""
