"""TODO lab/reports/text."""
