"""TODO lab/findings/information."""
