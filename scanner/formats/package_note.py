"""The package note: which package of a distribution an ELF file was built for, as JSON in a note of the file."""

import json
from collections.abc import Iterator

from scanner.formats.elf_tables import Note
from scanner.model.observation import Identity, Observation
from scanner.model.source import Budget

_MOST_BYTES = 4096


def package_of_note(note: Note, budget: Budget) -> Iterator[Observation]:
    """Yield what the note says (https://uapi-group.org/specifications/specs/package_metadata_for_executable_files);
    nothing where it is not the JSON it should be."""
    budget.spend_bytes(len(note.content))
    try:
        said = json.loads(note.content[:_MOST_BYTES].rstrip(b"\0"))
    except (ValueError, RecursionError):
        return
    words = {key: value for key, value in said.items() if isinstance(value, str)} if isinstance(said, dict) else {}
    name, kind, system = words.get("name", ""), words.get("type", ""), words.get("os", "")
    if not name:
        return
    purl = words.get("purl", "").partition("?")[0].partition("@")[0]
    if not purl and kind and system:
        purl = f"pkg:{kind}/{system}/{name}"
    yield Identity(subject="self", name=name, version=words.get("version", ""), purl=purl, place="package note")
