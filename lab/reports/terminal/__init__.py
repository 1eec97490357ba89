"""TODO lab/reports/terminal."""
