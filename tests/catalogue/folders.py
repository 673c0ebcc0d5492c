"""Signature folders for tests: a good signature as text, and folders that hold changed copies of it."""

from pathlib import Path

GOOD = """\
id: example-face
name: Example Face
vendor: Example Inc.
kind: library
summary: A library that tells whether two faces belong to the same person.
references: [https://example.com/face]
capabilities: [verification, detection]
indicators:
  - package: pkg:pypi/example-face
    seen_in: example-face 1.10
    versions: '>=1.2, <3'
  - class: java:com.example.face.*
    verified: false
    grants: [identification]
    weight: strong
    all:
      - symbol: example_face_start
lookalikes:
  - path: "*/docs/example-face/*"
    why: The documentation of the library.
examples:
  - name: installed
    gives: [example-face]
    observations:
      - {kind: package, purl: pkg:pypi/example-face, role: installed, version: 1.10}
  - name: documentation
    gives: []
    artifact_name: x/docs/example-face/a.bin
    data: "example_face_start\\x00\\xff"
"""


def changed(old: str, new: str) -> str:
    """The good signature with one place changed."""
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def folder_with(root: Path, files: dict[str, str | bytes]) -> Path:
    """A signatures folder holding these files, by path below it."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root
