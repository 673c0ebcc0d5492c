"""Compiled Python without its source: the modules it imports, what it calls of them. Nothing is loaded or run.

header │ marshal_tree: code objects ─► python_opcodes: instructions that matter ─► python_steps ─► python_facts
"""

from collections.abc import Iterator

from scanner.formats.marshal_tree import Code, code_objects
from scanner.formats.python_facts import Facts
from scanner.formats.python_opcodes import UNKNOWN, VERSIONS, PythonVersion
from scanner.formats.python_relevance import is_of, modules_of, with_what_they_lie_in
from scanner.formats.python_steps import follow
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="python-bytecode",
    version=5,
    line="Compiled Python (2.7, 3.2 to 3.14): imports, calls of imported modules, native libraries it loads",
    specification="Python/marshal.c and Lib/opcode.py in https://github.com/python/cpython",
    limits="Names are followed through assignments only; of other versions of Python only dotted module names are "
    "read. The standard library is left out.",
    suffixes=(".pyc", ".pyo"),
    after_words=("python",),
)

_MAX_BYTES = 64 * 1024 * 1024
_MAGIC_END = b"\r\n"
_MAX_CODE_OBJECTS = 100_000


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield imports, calls and loads; `place` names the code object they stand in.

    Raises:
        Unreadable: damaged, when it is no compiled file or ends early; unsupported, when the version of Python that
            wrote it is not known; limit, when it is too large or nested too deeply.
    """
    if source.size > _MAX_BYTES:
        raise Unreadable(Cause.LIMIT, "The compiled Python file is larger than 64 MiB and was not read.")
    if _lies_beside_its_source(source):
        return
    budget.spend_bytes(source.size)
    data = bytes(source.view())
    if data[2:4] != _MAGIC_END:
        raise Unreadable(Cause.DAMAGED, "The file does not begin as compiled Python does.")
    version = VERSIONS.get(int.from_bytes(data[:2], "little"), UNKNOWN)
    codes, problem = code_objects(data, version.header_bytes, version.layout, budget)
    facts = Facts(budget)
    try:
        _read(codes[:_MAX_CODE_OBJECTS], version, source, facts, budget)
    except Unreadable as error:
        problem = error
    yield from facts
    if problem is None and not codes:
        problem = Unreadable(Cause.DAMAGED, "The file holds values, but no code.")
    if problem is None and len(codes) > _MAX_CODE_OBJECTS:
        problem = Unreadable(Cause.LIMIT, "It has more functions than are read; the rest was left out.")
    if problem is not None:
        raise problem


def _read(codes: list[Code], version: PythonVersion, source: Source, facts: Facts, budget: Budget) -> None:
    if version is UNKNOWN:
        _dotted_names(codes, facts)
        raise Unreadable(
            Cause.UNSUPPORTED, "It was compiled by a version of Python that is not known; its code was not read."
        )
    if _concerns(codes, modules_of(source.focus)):
        follow(codes, version, source.name.partition(".")[0], facts, budget)


def _lies_beside_its_source(source: Source) -> bool:
    """The source says the same and more, and is read itself."""
    stem = source.name.partition(".")[0]
    return any(source.group(f"{folder}{stem}.py") is not None for folder in ("../", ""))


def _concerns(codes: list[Code], modules: frozenset[str]) -> bool:
    """Whether a name or text in the code could name one of the modules that the reader was asked about."""
    if not modules:
        return True
    around = with_what_they_lie_in(modules)
    texts = (text for code in codes for text in (*code.names, *code.constants) if isinstance(text, str))
    return any(text in around or is_of(text, modules) for text in texts)


def _dotted_names(codes: list[Code], facts: Facts) -> None:
    """Names with a dot in a code object's table of names can only be modules that it imports."""
    for code in codes:
        facts.begin(0, f"code {code.name}")
        for name in code.names:
            if "." in name:
                facts.add_import(name)
