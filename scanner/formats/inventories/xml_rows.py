"""Lists of software as XML: CycloneDX, SPDX in RDF, inventories of device management."""

from collections import defaultdict
from collections.abc import Iterator

from scanner.formats.inventories.dialect import Dialect, Marked, header_key, marked
from scanner.formats.inventories.rows import Cells, Grouping, about_people
from scanner.formats.inventories.text import beginning
from scanner.formats.xml_elements import Element, xml_elements
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="inventory-xml",
    version=2,
    line="Inventories and SBOMs as XML, in the dialects under formats/inventories/dialects",
    specification="XML 1.0; the dialects name the exports they describe",
    limits="A file that defines a document type is refused. What is neither name, publisher, version, identifier nor "
    "department is not kept.",
    suffixes=(".xml", ".rdf", ".cdx"),
    is_list=True,
)


def wants(_name: str, head: bytes) -> bool:
    """Whether the beginning holds the words of a dialect."""
    return dialect_of(head) is not None


def dialect_of(head: bytes) -> Dialect | None:
    """The dialect, by the first bytes."""
    if b"\0" in head[:8]:
        head = beginning(head).encode()
    return marked("xml", head) if b"<" in head[:64] and b"\0" not in head[:64] else None


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the products listed, then what was read in all.

    Raises:
        Unreadable: damaged, when it is no well-formed XML; unsupported, when it defines a document type.
    """
    dialect = dialect_of(source.head)
    if dialect is None or dialect.xml is None:
        raise Unreadable(Cause.UNSUPPORTED, "No dialect of inventories is known that begins like this.")
    reading = _Reading(dialect, dialect.xml)
    grouping = Grouping(dialect, "line", budget)
    yield from grouping.listings(reading.rows(xml_elements(source, budget)))
    yield from grouping.finished("line 1", about_people(reading.unmapped))
    if reading.end is not None:
        raise reading.end


class _Reading:
    def __init__(self, dialect: Dialect, section: Marked) -> None:
        self._tags = frozenset(section.rows)
        self._keys = dialect.keys
        self._mapped = {key for role in dialect.keys.values() for key in role}
        self.unmapped: set[str] = set()
        self.end: Unreadable | None = None

    def rows(self, elements: Iterator[Element]) -> Iterator[tuple[int, Cells]]:
        """A row where its element ends; what stands in it belongs to the innermost row around it."""
        held: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        try:
            for element in elements:
                depth = self._depth(element.path[:-1])
                if element.path[-1] in self._tags:
                    self._attributes(element, held[len(element.path)])
                    yield element.line, self._cells(held.pop(len(element.path)))
                elif depth:
                    self._attributes(element, held[depth])
                    if element.text:
                        self._put(element.path[-1], element.text, held[depth])
        except Unreadable as why:
            self.end = why

    def _depth(self, around: tuple[str, ...]) -> int:
        return next((n for n in range(len(around), 0, -1) if around[n - 1] in self._tags), 0)

    def _attributes(self, element: Element, cells: dict[str, list[str]]) -> None:
        for key, value in element.attributes.items():
            self._put(key, value, cells)

    def _put(self, name: str, value: str, cells: dict[str, list[str]]) -> None:
        key = header_key(name)
        if key in self._mapped:
            cells[key].append(value)
        elif len(self.unmapped) < 200:
            self.unmapped.add(name)

    def _cells(self, cells: dict[str, list[str]]) -> Cells:
        def values(role: str) -> list[str]:
            return [value for key in self._keys[role] for value in cells.get(key, ())]

        one = {role: next(iter(values(role)), "") for role in self._keys if role != "ids"}
        return Cells(one["name"], one["publisher"], one["version"], one["department"], tuple(values("ids")[:64]))
