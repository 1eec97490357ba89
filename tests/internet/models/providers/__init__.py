"""Tests of the scripted model providers."""
