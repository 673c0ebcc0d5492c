"""Benchmarks: `python -m tests.benchmarks --tree FOLDER` (see README.md here). pytest collects none of them."""
