"""Readers of package metadata, lock files and package databases."""
