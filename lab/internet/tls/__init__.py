"""TODO lab/internet/tls."""
