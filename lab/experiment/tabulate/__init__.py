"""TODO lab/experiment/tabulate."""
