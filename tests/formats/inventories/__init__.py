"""Tests of lists of software."""
