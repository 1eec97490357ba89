"""TODO lab/experiment/sweep."""
