"""TODO lab/internet/dns."""
