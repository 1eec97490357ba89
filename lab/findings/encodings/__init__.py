"""TODO lab/findings/encodings."""
