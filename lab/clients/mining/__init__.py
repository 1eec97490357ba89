"""TODO lab/clients/mining."""
