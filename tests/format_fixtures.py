"""The small files under fixtures/formats: at least one for every reader and container, in a folder of its name."""

from pathlib import Path
from typing import NamedTuple

from tests.commands import FIXTURES
from tests.sources import BytesSource

FOLDER = FIXTURES / "formats"
_FOCUS = "focus.txt"


class FormatFixture(NamedTuple):
    """A file, and the reader or container it is for."""

    parser: str
    path: Path

    @property
    def source(self) -> BytesSource:
        """The file, with what is asked of a depth reader, and its neighbours, which are under `beside/`."""
        focus = self.path.parent / _FOCUS
        asked = frozenset(focus.read_text(encoding="utf-8").splitlines()) if focus.exists() else frozenset()
        beside = {path.name: path.read_bytes() for path in (self.path.parent / "beside").glob("*")}
        return BytesSource(self.path.name, self.path.read_bytes(), focus=asked, neighbours=beside)


def format_fixtures() -> list[FormatFixture]:
    """All of them, by their parsers' names."""
    paths = [path for path in sorted(FOLDER.glob("*/*")) if path.is_file() and path.name != _FOCUS]
    return [FormatFixture(path.parent.name, path) for path in paths]
