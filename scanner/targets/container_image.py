"""A container image as a target: a folder that is an OCI layout. Its files are those that a container sees."""

from pathlib import Path

from scanner.targets.folder import entries

__all__ = ["KIND", "entries", "opens"]

KIND = "container-image"


def opens(path: Path, head: bytes) -> bool:
    """Whether the folder bears the mark of a layout, and the index of its images."""
    return not head and (path / "oci-layout").is_file() and (path / "index.json").is_file()
