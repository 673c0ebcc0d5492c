"""Law files → `Law`. One file a law under laws/, found by its place; an error names the file and the line.

Read as YAML 1.2 (no yes/no booleans, no key twice) and decoded strictly: a word that is not of the vocabulary is an
error. Anchors are allowed, for one reason often stands beside several acts.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import msgspec

from scanner.catalogue.cache_file import read_cached, write_cached
from scanner.model import law as law_types
from scanner.model import vocabulary
from scanner.model.law import Law
from scanner.model.vocabulary import Act, Capability

JURISDICTION = re.compile(r"[a-z]{2}(-[a-z]{2}(-[a-z0-9]+(-[a-z0-9]+)*)?)?")
"""country[-state[-place]]; only the place holds hyphens of its own."""

_SUFFIX = ".laws"


class LawError(Exception):
    """A mistake in a law file: `us-ma-boston.yaml:12: what is wrong.`"""

    def __init__(self, file: str, line: int, message: str) -> None:
        self.file = file
        self.line = line
        """Counted from 1."""
        super().__init__(f"{file}:{line}: {message}")


@cache
def laws() -> tuple[Law, ...]:
    """Every law that comes with the scanner, in the order of the ids.

    What YAML gave is cached on disk by content, for parsing it takes some twenty milliseconds a file. Raises `LawError`
    at the first mistake in a file.
    """
    folder = files("scanner.ordinances") / "laws"
    found = sorted((entry.name, entry.read_bytes()) for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    key = _cache_key(found)
    return _from_cache(key) or _keep(key, tuple(read_law(content.decode("utf-8"), name) for name, content in found))


def _cache_key(found: Sequence[tuple[str, bytes]]) -> str:
    """Changes with any byte of a law file and of the code that decodes it; "" where the code cannot be read."""
    try:
        code = [Path(path).read_bytes() for path in (__file__, law_types.__file__, vocabulary.__file__) if path]
    except OSError:
        return ""
    digest = sha256()
    for part in (*(part for name, content in found for part in (name.encode(), content)), *code):
        digest.update(b"%d:" % len(part) + part)
    return f"laws {digest.hexdigest()}"


def _from_cache(key: str) -> tuple[Law, ...]:
    kept = read_cached(key, _SUFFIX) if key else None
    try:
        return msgspec.msgpack.decode(kept, type=tuple[Law, ...]) if kept else ()
    except msgspec.DecodeError:
        return ()


def _keep(key: str, read: tuple[Law, ...]) -> tuple[Law, ...]:
    if key:
        write_cached(key, _SUFFIX, msgspec.msgpack.encode(read))
    return read


def read_law(text: str, file: str) -> Law:
    """Decode one law file; `file` is its name, `id.yaml`. Raises `LawError`."""
    # ruamel is slow to import, and a scan that found nothing asks no law.
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    try:
        # The pure parser: the C one, where it is installed, reads YAML 1.1.
        content = YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = str(error.problem or "it cannot be read").splitlines()[0]
        raise LawError(file, line, f"is not valid YAML: {problem}.") from error
    try:
        law = msgspec.convert(content, Law)
    except msgspec.ValidationError as error:
        raise LawError(file, _line_of(text, str(error)), f"{error}.") from error
    _check(law, text, file)
    return law


def _check(law: Law, text: str, file: str) -> None:
    """What the types cannot say."""
    if f"{law.id}.yaml" != file:
        raise LawError(file, _line_of_key(text, "id"), f"the id '{law.id}' must equal the file's name.")
    if JURISDICTION.fullmatch(law.jurisdiction) is None:
        message = f"the jurisdiction '{law.jurisdiction}' is not country[-state[-place]], such as us-ma-boston."
        raise LawError(file, _line_of_key(text, "jurisdiction"), message)
    for key, stated, all_words in (("reach", law.reach, Capability), ("acts", law.acts, Act)):
        missing = [str(word) for word in all_words if word not in stated]
        if missing:
            message = f"`{key}:` says nothing of {', '.join(missing)}; unclear and not-reached are answers too."
            raise LawError(file, _line_of_key(text, key), message)
    for definition in law.definitions:
        if definition.verified and not definition.words:
            message = f"the definition of '{definition.term}' is called verified but shows no words."
            raise LawError(file, _line_of_key(text, "definitions"), message)


def _line_of_key(text: str, key: str) -> int:
    """The line of a key at the top of the file, from 1."""
    return 1 + next((n for n, line in enumerate(text.splitlines()) if line.startswith(f"{key}:")), 0)


def _line_of(text: str, message: str) -> int:
    """The line of the value that msgspec complains of, by the path in its message (`… - at `$.acts[...].reach``).

    The path does not name the keys of a dictionary; there the wrong word, which the message shows, is looked for.
    """
    from ruamel.yaml import YAML

    node: object = YAML(typ="rt", pure=True).load(text)
    path, line = re.search(r"at `(?:key in )?\$([^`]*)`", message), 1
    for name, index in re.findall(r"\.(\w+)|\[(\d+|\.\.\.)\]", path.group(1) if path else ""):
        key: str | int = name or (int(index) if index.isdigit() else index)
        if not _has(node, key):
            break
        line = _line_at(node, key, line)
        node = node[key]  # type: ignore[index]  # `_has` asked
    wrong = re.search(r"'([^']*)'|field `(\w+)`", message.partition(" - at ")[0])
    return _line_of_word(text, (wrong.group(1) or wrong.group(2)) if wrong else "", line)


def _has(node: object, key: str | int) -> bool:
    return (isinstance(node, Mapping) and key in node) or (isinstance(node, list) and isinstance(key, int))


def _line_at(node: object, key: str | int, otherwise: int) -> int:
    """The line of a key or an item, from 1; anchored nodes have none of their own."""
    marks = getattr(getattr(node, "lc", None), "data", None) or {}
    return int(marks[key][0]) + 1 if key in marks else otherwise


def _line_of_word(text: str, word: str, first: int) -> int:
    """The first line from `first` on that holds the word; `first` if none does."""
    pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines, 1) if word and n >= first and pattern.search(line)), first)
