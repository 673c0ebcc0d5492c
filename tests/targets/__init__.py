"""Tests of what the user names."""
