"""What frscan finds in apps beside what lists of class names find, as scanners of trackers use them.

Both are given the same technologies: a class list is made of the Java classes that the catalogue's signatures name. It
is held, as Exodus does, against the names of the classes that the app's DEX files define, and nothing else.

    python -m tests.benchmarks.class_signatures fixtures/android/*.apk
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from scanner.catalogue.load import read_catalogue
from scanner.engine.scan import Settings, scan
from scanner.formats import dex
from scanner.model.observation import ClassName
from scanner.model.source import Unreadable
from scanner.model.vocabulary import IndicatorKind
from tests.budgets import CountingBudget
from tests.sources import BytesSource


def class_lists() -> dict[str, re.Pattern[str]]:
    """Of each technology with Java classes an expression over their names."""
    lists = {}
    catalogue, _ = read_catalogue()
    for technology in catalogue.technologies:
        names = [i.value for i in technology.indicators if i.kind is IndicatorKind.CLASS and i.value[:5] == "java:"]
        if names:
            parts = (re.escape(name[5:]).replace(r"\*", ".*") for name in names)
            lists[technology.id] = re.compile("|".join(parts))
    return lists


def defined_classes(app: Path) -> Iterator[str]:
    """The classes of the app's own DEX files, as a disassembler lists them."""
    with ZipFile(app) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"classes\d*\.dex", name):
                try:
                    for seen in dex.observe(BytesSource(name, archive.read(name)), CountingBudget()):
                        if isinstance(seen, ClassName) and seen.role == "defines":
                            yield seen.name
                except (
                    Unreadable,
                    RuntimeError,
                    NotImplementedError,
                ):  # encrypted, or in a way that zipfile does not know
                    pass


def by_classes(app: Path, lists: dict[str, re.Pattern[str]]) -> set[str]:
    """Which technologies the class lists see."""
    classes = "\n".join(defined_classes(app))
    return {one for one, pattern in lists.items() if re.search(f"^(?:{pattern.pattern})", classes, re.MULTILINE)}


def by_frscan(app: Path) -> set[str]:
    """Which technologies frscan finds to be more than mentioned."""
    report = scan([app], Settings(uses_cache=False, jobs=1))
    return {finding.technology.id for finding in report.findings if finding.presence != "referenced"}


def main() -> None:
    """One line an app: what both find, and what only one of them does."""
    lists = class_lists()
    print(f"{len(lists)} technologies have Java classes")
    for app in map(Path, sys.argv[1:]):
        listed, found = by_classes(app, lists), by_frscan(app)
        print(f"{app.parent.name}/{app.name}: both {sorted(listed & found)}", end="; ")
        print(f"frscan alone {sorted(found - listed)}; class list alone {sorted(listed - found)}")


if __name__ == "__main__":
    main()
