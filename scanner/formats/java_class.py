"""Java class files (also Kotlin, Scala …): the class defined, the classes and methods it refers to.

    magic, version │ constant pool: Utf8 ◄─ Class ◄─ Methodref ─► NameAndType ─► Utf8 │ this class │ fields, methods

An own bounded reader of about 150 lines: jars hold thousands of small classes, and the tables are simple.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import Struct, error

from scanner.formats.java_loads import LOADERS, RUNTIME, RUNTIME_LOADERS, file_names, loads
from scanner.formats.records import damaged
from scanner.model.observation import Call, ClassName, Library, Observation
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="java-class",
    version=2,
    line="Java class files: the class, the classes and methods it refers to, the native libraries it loads",
    specification="The Java Virtual Machine Specification, chapter 4: https://docs.oracle.com/javase/specs/",
    limits="Types that stand only in generic signatures or annotations, and names built at run time, are not read.",
    suffixes=(".class",),
    magics=(Magic(b"\xca\xfe\xba\xbe"),),
)

_FIRST_MAJOR_VERSION = 45
"""JDK 1.0.2. A fat Mach-O file has the same magic and, in the same place, its number of architectures: far fewer."""

_PLATFORM = ("java.", "javax.", "jdk.", "sun.", "kotlin.")
"""Packages of the platform and its languages: what every class refers to says nothing."""

_HEAD = Struct(">IHHH")
_U2 = Struct(">H")
_U2_U2 = Struct(">HH")
_U4 = Struct(">I")
_MEMBER = Struct(">HHHH")

_UTF8, _CLASS, _STRING, _METHOD, _INTERFACE_METHOD, _NAME_AND_TYPE, _METHOD_TYPE = 1, 7, 8, 10, 11, 12, 16
_ENTRY_BYTES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
"""Bytes behind the tag, by tag (JVMS §4.4)."""
_DOUBLE_WIDTH = frozenset({5, 6})
"""Long and Double take two numbers of the pool (JVMS §4.4.5)."""

_LOADER_MARKS = (b"loadLibrary", b"\x01\0\x04load", b"\x01\0\x05load0")
"""Names of methods that load, or the whole entries of them: a class without any loads nothing."""

_TYPE_IN_DESCRIPTOR = re.compile(r"L([^;<>\[]+);")
_ELEMENT_OF_ARRAY = re.compile(r"\[+L([^;]+);")


def wants(name: str, head: bytes) -> bool:
    """Whether the first bytes are a class file's, or the beginning of one that was cut."""
    magic = INFO.magics[0].value
    if len(head) < 8:
        return name.endswith(".class") and head[:4] == magic[: len(head)]
    return head.startswith(magic) and _U2.unpack_from(head, 6)[0] >= _FIRST_MAJOR_VERSION


@dataclass(slots=True)
class _Pool:
    """The constant pool, as numbers into itself; names are decoded where they are used."""

    data: bytes
    texts: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Start and end of each Utf8 entry."""
    classes: dict[int, int] = field(default_factory=dict)
    strings: dict[int, int] = field(default_factory=dict)
    methods: list[tuple[int, int, int]] = field(default_factory=list)
    """Own number, class, name and type."""
    names_and_types: dict[int, tuple[int, int]] = field(default_factory=dict)
    method_types: list[int] = field(default_factory=list)

    def text(self, index: int) -> str:
        """The Utf8 entry of that number, or nothing where there is none."""
        start, end = self.texts.get(index, (0, 0))
        return _modified_utf8(self.data[start:end])

    def class_name(self, index: int) -> str:
        """The dotted name of a Class entry, arrays unwrapped; empty for arrays of primitives."""
        name = self.text(self.classes.get(index, 0))
        if name.startswith("["):
            element = _ELEMENT_OF_ARRAY.fullmatch(name)
            name = element[1] if element else ""
        return name.replace("/", ".")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the class that is defined here, then the classes it refers to and the methods it calls, each once.

    Raises:
        Unreadable: damaged, when the file ends early or its tables contradict the specification.
    """
    budget.spend_bytes(source.size)
    pool = _Pool(bytes(source.view()))
    try:
        offset = _read_pool(pool, budget)
        this = pool.class_name(_U2.unpack_from(pool.data, offset + 2)[0])
        descriptors = _member_descriptors(pool.data, offset, budget)
    except error as cut:
        # What the pool holds up to the cut was referred to by the whole class; its own name is lost.
        yield from _references(pool, "", {}, budget)
        raise damaged("The class file ends inside its tables.") from cut
    if this:
        yield ClassName(language="java", role="defines", name=this, place="this_class")
    yield from _references(pool, this, descriptors, budget)
    if any(mark in pool.data for mark in _LOADER_MARKS):
        yield from _loads(pool, this, offset, budget)


def _loads(pool: _Pool, this: str, offset: int, budget: Budget) -> Iterator[Library]:
    """The native libraries that its code names to a loader, each once, as every system calls them."""
    loaders = {index for index, owner, method in pool.methods if _is_loader(pool, owner, method)}
    if not loaders:
        return
    code = {index for index, (start, end) in pool.texts.items() if pool.data[start:end] == b"Code"}
    members_at = offset + 8 + 2 * _U2.unpack_from(pool.data, offset + 6)[0]
    told: set[str] = set()
    for load in loads(pool.data, members_at, pool.strings, loaders, code, budget):
        place = f"code of methods[{load.method}] at {load.offset:04x}"
        for name in file_names(pool.text(load.text)):
            if name not in told:
                told.add(name)
                yield Library(name=name, role="loads", by=this, place=place)


def _is_loader(pool: _Pool, owner: int, name_and_type: int) -> bool:
    name = pool.text(pool.names_and_types.get(name_and_type, (0, 0))[0])
    return name in LOADERS or (name in RUNTIME_LOADERS and pool.class_name(owner) in RUNTIME)


def _read_pool(pool: _Pool, budget: Budget) -> int:
    """Fill the pool; returns the offset behind it."""
    data = pool.data
    magic, _minor, major, count = _HEAD.unpack_from(data)
    if magic != 0xCAFEBABE or major < _FIRST_MAJOR_VERSION:
        raise damaged("The file does not begin as a class file does.")
    offset, index = _HEAD.size, 1
    while index < count:
        budget.spend_items()
        tag = data[offset] if offset < len(data) else -1
        size = 2 + _U2.unpack_from(data, offset + 1)[0] if tag == _UTF8 else _ENTRY_BYTES.get(tag, 0)
        end = offset + 1 + size
        if tag >= 0 and not size:
            raise damaged(f"The constant pool holds an entry of the unknown kind {tag}.")
        if tag < 0 or end > len(data):
            raise error("cut")
        _keep_entry(pool, index, tag, offset + 1, end)
        index += 2 if tag in _DOUBLE_WIDTH else 1
        offset = end
    return offset


def _keep_entry(pool: _Pool, index: int, tag: int, start: int, end: int) -> None:
    if tag == _UTF8:
        pool.texts[index] = (start + 2, end)
    elif tag == _CLASS:
        pool.classes[index] = _U2.unpack_from(pool.data, start)[0]
    elif tag == _STRING:
        pool.strings[index] = _U2.unpack_from(pool.data, start)[0]
    elif tag == _NAME_AND_TYPE:
        pool.names_and_types[index] = _U2_U2.unpack_from(pool.data, start)
    elif tag in (_METHOD, _INTERFACE_METHOD):
        pool.methods.append((index, *_U2_U2.unpack_from(pool.data, start)))
    elif tag == _METHOD_TYPE:
        pool.method_types.append(_U2.unpack_from(pool.data, start)[0])


def _member_descriptors(data: bytes, offset: int, budget: Budget) -> dict[int, str]:
    """Pool numbers of the descriptors of fields and methods, with the place that names them."""
    found: dict[int, str] = {}
    offset += 6
    offset += 2 + 2 * _U2.unpack_from(data, offset)[0]
    for table in ("fields", "methods"):
        (count,) = _U2.unpack_from(data, offset)
        offset += 2
        for member in range(count):
            budget.spend_items()
            _flags, _name, descriptor, attributes = _MEMBER.unpack_from(data, offset)
            found.setdefault(descriptor, f"{table}[{member}]")
            offset += _MEMBER.size
            for _ in range(attributes):
                budget.spend_items()
                offset += 6 + _U4.unpack_from(data, offset + 2)[0]
    return found


def _references(pool: _Pool, this: str, members: dict[int, str], budget: Budget) -> Iterator[Observation]:
    # Many entries may share one long name: each use counts against the budget, not only what is yielded.
    names: set[str] = {this, ""}
    for name, place in _referred_names(pool, members):
        budget.spend_items()
        budget.spend_bytes(len(name) + len(this))
        if name not in names:
            names.add(name)
            if not name.startswith(_PLATFORM):
                yield ClassName(language="java", role="references", name=name, by=this, place=place)
    calls: set[str] = set()
    for index, owner_index, name_and_type in pool.methods:
        budget.spend_items()
        owner = pool.class_name(owner_index)
        method = pool.text(pool.names_and_types.get(name_and_type, (0, 0))[0])
        budget.spend_bytes(len(owner) + len(method) + len(this))
        call = f"{owner}.{method}"
        if owner and method and owner != this and call not in calls and not owner.startswith(_PLATFORM):
            calls.add(call)
            yield Call(language="java", name=call, by=this, place=f"constant_pool[{index}]")


def _referred_names(pool: _Pool, members: dict[int, str]) -> Iterator[tuple[str, str]]:
    """Class names with their places: from Class entries, then from descriptors."""
    for index in pool.classes:
        yield pool.class_name(index), f"constant_pool[{index}]"
    descriptors = {descriptor: f"constant_pool[{index}]" for index, (_, descriptor) in pool.names_and_types.items()}
    descriptors |= {descriptor: f"constant_pool[{descriptor}]" for descriptor in pool.method_types}
    for descriptor, place in (descriptors | members).items():
        for match in _TYPE_IN_DESCRIPTOR.finditer(pool.text(descriptor)):
            yield match[1].replace("/", "."), place


def _modified_utf8(raw: bytes) -> str:
    """Modified UTF-8 (JVMS §4.4.7): NUL in two bytes, supplementary characters as surrogate pairs of three each."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    try:
        paired = raw.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
        return paired.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace")
