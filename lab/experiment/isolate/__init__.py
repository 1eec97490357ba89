"""TODO lab/experiment/isolate."""
