"""TODO lab/reports/formats."""
