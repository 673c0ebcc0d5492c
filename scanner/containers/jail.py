"""Names from inside a container, made into unique locator text that leads nowhere.

Nothing is written under such a name, so nothing has to be refused: what would act on a file system (`..`, a leading
`/`, NUL) is escaped as `\\xNN`, the locator's own notation, so that the text still leads back to the bytes and differs
where they differ. Only names that are truly equal, or were cut, get a number: `name~2`.
"""

import re
from typing import NamedTuple

from scanner.model.locator import text_name

_LONGEST = 1000
_RESERVED = r"(?:^|/)(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.[^/]*)?(?:/|$)"
"""Device names of Windows, which an extension does not change (Microsoft's "Naming Files, Paths, and Namespaces")."""
_UNUSUAL = re.compile(rf"[\0\\:\ud800-\udfff]|(?:^|/)\.{{0,2}}(?:/|$)|{_RESERVED}", re.IGNORECASE)
"""Few names hold any of these; the others need no second look."""
_OWN_FOLDER = re.compile(r"^(?:\./+)+(?=.)")
"""How `tar -C folder .` begins every name: a name in the archive's own folder."""
_ODDITIES = (
    (re.compile(r"^$"), "It has no name."),
    (re.compile(_RESERVED, re.IGNORECASE), "Its name is one that Windows keeps for devices."),
    (re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)"), "Its name leads out of the archive (`..`)."),
    (re.compile(r"^[/\\]"), "Its name is an absolute path."),
    (re.compile(r"^[A-Za-z]:"), "Its name begins with a drive letter."),
    (re.compile(r"\0"), "Its name holds a NUL character."),
    (re.compile(r"[\ud800-\udfff]"), "Its name is no valid Unicode."),
)


class SafeName(NamedTuple):
    """A name for a locator, and what is odd about the one it stands for, in whole sentences."""

    text: str
    notes: tuple[str, ...] = ()


class Jail:
    """Gives out the names of one container's members, each once."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._folded: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._usual_folder = ""

    def admit(self, raw: str | bytes, *, made_on_windows: bool = False) -> SafeName:
        """The locator text of a raw name; a folder loses its closing `/`.

        `made_on_windows`: the container says so; then a name with backslashes and no slash is taken to mean folders.
        """
        name = raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw
        notes: list[str] = []
        if made_on_windows and "\\" in name and "/" not in name:
            name = name.replace("\\", "/")
            notes.append("Its name separates folders by backslashes.")
        name = (_OWN_FOLDER.sub("", name) if name.startswith(".") else name).removesuffix("/")
        if len(name) > _LONGEST:
            notes.append(f"Its name has {len(name)} characters and is shown cut.")
            name = f"{name[:_LONGEST]}…"
        if self._is_unusual(name):
            notes.extend(sentence for pattern, sentence in _ODDITIES if pattern.search(name))
            text = _harmless(name)
        else:
            text = text_name(name)
        return self._unique(text, notes)

    def _is_unusual(self, name: str) -> bool:
        """Whether anything in a name needs a second look. Entries come folder by folder, so what lies in the same one
        as the last is looked at alone."""
        folder, slash, last = name.rpartition("/")
        if _UNUSUAL.search(last) is not None:
            return True
        if folder and folder != self._usual_folder:
            if _UNUSUAL.search(folder) is not None:
                return True
            self._usual_folder = folder
        return bool(slash) and not folder

    def _unique(self, text: str, notes: list[str]) -> SafeName:
        unique = text
        if text in self._given:
            notes.append("Another entry has the same name.")
            number = self._numbers.get(text, 1)
            while unique in self._given:
                number += 1
                unique = f"{text}~{number}"
            self._numbers[text] = number
        folded = unique.casefold()
        if unique is text and folded in self._folded:
            notes.append("Another entry's name differs only in upper and lower case.")
        self._given.add(unique)
        self._folded.add(folded)
        return SafeName(unique, tuple(notes))


def _harmless(name: str) -> str:
    """Locator text in which every part between slashes is an ordinary name."""
    parts = [_dots(part) for part in text_name(name).replace("\0", "\\x00").split("/")]
    joined = parts[0]
    for part in parts[1:]:
        # An empty part is a slash that leads nowhere: it becomes part of the name that follows it.
        joined = f"{joined}/{part}" if joined and not joined.endswith("/") else f"{joined}\\x2f{part}"
    return joined or "(no name)"


def _dots(part: str) -> str:
    return {".": "\\x2e", "..": "\\x2e\\x2e"}.get(part, part)
