"""Java, Kotlin, Scala and Groovy source: the classes of other packages that a file imports and uses.

Apps and the plug-ins of cross-platform kits are often handed on as source, and their imports say by full name what
they use. Only lines that import are read, and the rest is searched for the names they bring in.
"""

import re
from collections.abc import Iterator

from scanner.formats.text_lines import text_of
from scanner.model.observation import ClassName, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="java-source",
    version=1,
    line="Java, Kotlin, Scala and Groovy source: the classes it imports",
    specification="The Java Language Specification, §7.5 (import declarations); Kotlin's grammar, importList",
    limits="Classes named in full without an import, and those of the file's own package, are not seen. What is "
    "imported with a star is known by its package alone.",
    suffixes=(".java", ".kt", ".kts", ".scala", ".groovy"),
)

_MAX_BYTES = 4 * 1024 * 1024
_PACKAGE = re.compile(r"^\s{0,40}package\s+([\w.]{1,300})", re.MULTILINE)
_IMPORT = re.compile(
    r"^[ \t]{0,40}import\s+(?:static\s+)?([A-Za-z_][\w.]{1,300}?)(\.[*_])?\s*(?:as\s+(\w{1,100}))?\s*;?[ \t]*(?://.*)?$",
    re.MULTILINE,
)
_STANDARD = ("java.", "kotlin.", "scala.", "groovy.")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each class that is imported as referred to, by the file's class if its name stands in the code.

    Raises:
        Unreadable: limit, when the file is larger than 4 MiB.
    """
    text = text_of(source, budget, _MAX_BYTES)
    package = _PACKAGE.search(text)
    own = f"{package[1]}." if package else ""
    by = own + source.name.partition(".")[0]
    line = counted = 0
    for found in _IMPORT.finditer(text):
        budget.spend_items()
        line, counted = line + text.count("\n", counted, found.start(1)), found.start(1)
        name, star, alias = found[1], found[2], found[3]
        if name.startswith(_STANDARD):
            continue
        used = star is not None or _stands_in(text, alias or name.rpartition(".")[2], after=found.end())
        yield ClassName(
            language="java",
            name=f"{name}.*" if star else name,
            role="references",
            by=by if used else "",
            place=f"line {line + 1}",
        )


def _stands_in(text: str, word: str, after: int) -> bool:
    """Whether a name stands as a whole word anywhere behind the imports."""
    return re.compile(rf"(?<![\w.]){re.escape(word)}(?!\w)").search(text, after) is not None
