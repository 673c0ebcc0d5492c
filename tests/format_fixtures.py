"""The small files under fixtures/formats: at least one for every reader and container, in a folder of its name."""

from pathlib import Path
from typing import NamedTuple

from tests.commands import FIXTURES
from tests.sources import BytesSource

FOLDER = FIXTURES / "formats"
_FOCUS = "focus.txt"


def _neighbours(folder: Path, before: str) -> dict[str, bytes]:
    """Files below a folder, and the names in each folder below it, as a reader may ask for them."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = before + path.relative_to(folder).as_posix()
        if path.is_file():
            found[name] = path.read_bytes()
        else:
            found[f"{name}/"] = "\n".join(sorted(one.name for one in path.iterdir())).encode()
    return found


class FormatFixture(NamedTuple):
    """A file, and the reader or container it is for."""

    parser: str
    path: Path

    @property
    def source(self) -> BytesSource:
        """The file, with what is asked of a depth reader, and its neighbours, under `beside/` and `above/`."""
        focus = self.path.parent / _FOCUS
        asked = frozenset(focus.read_text(encoding="utf-8").splitlines()) if focus.exists() else frozenset()
        beside = _neighbours(self.path.parent / "beside", "") | _neighbours(self.path.parent / "above", "../")
        return BytesSource(self.path.name, self.path.read_bytes(), focus=asked, neighbours=beside)


def format_fixtures() -> list[FormatFixture]:
    """All of them, by their parsers' names."""
    paths = [path for path in sorted(FOLDER.glob("*/*")) if path.is_file() and path.name != _FOCUS]
    return [FormatFixture(path.parent.name, path) for path in paths]
