"""Observations against the catalogue."""
