"""Tests of the lab's own internet, one file for each source file."""
