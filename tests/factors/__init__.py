"""Tests of the factors: what all promise, and what each does."""
