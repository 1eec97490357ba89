"""Statistics that know nothing of experiments: numbers in, numbers out."""
