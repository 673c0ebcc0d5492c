"""The pipeline: walk, read, match, find, assess."""
