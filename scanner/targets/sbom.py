"""A software bill of materials as a target: a list of parts that lie elsewhere. None of them is opened."""

from pathlib import Path

from scanner.targets.inventory import entries, is_list_of

__all__ = ["KIND", "entries", "opens"]

KIND = "sbom"


def opens(path: Path, head: bytes) -> bool:
    """A file whose beginning is that of a bill of materials."""
    return is_list_of(KIND, path, head)
