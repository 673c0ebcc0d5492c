"""Python source: the modules it imports, what it calls of them, and the native libraries it loads.

bytes ─► python_tree: statements ─► python_flow: scopes, candidates ─► python_facts: each fact once, by line
"""

import ast
import re
from collections.abc import Iterator

from scanner.formats.python_facts import Facts
from scanner.formats.python_flow import Flow
from scanner.formats.python_relevance import concerns, imports_by_text, may_concern, modules_of
from scanner.formats.python_stub import imports_alone
from scanner.formats.python_tree import MAX_BYTES, Statements, statements
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="python-source",
    version=10,
    line="Python source: imports, calls followed through names, native libraries it loads",
    specification="The Python Language Reference: https://docs.python.org/3/reference/",
    limits="What does not parse (Python 2, Cython, syntax newer than the interpreter) and sources above 1 MiB are read "
    "line by line: blocks and functions are not told apart there. Names are followed within one file; the "
    "standard library is left out; so is what only running the program would show.",
    suffixes=(".py", ".pyw", ".pyx", ".pxd", ".pyi"),
    magics=(Magic(b"#!"),),
    after_words=("python",),
)
_INTERPRETER = re.compile(rb"#![^\n]{0,200}\bpython[\d.]*\b")


def wants(name: str, head: bytes) -> bool:
    """Whether its name says so, or its first line names the interpreter, as that of a zipped program may too."""
    return name.endswith(INFO.suffixes) or (_INTERPRETER.match(head) is not None and b"\0" not in head)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield imports, calls and loads by line.

    Raises:
        Unreadable: damaged, when no line of it is Python; limit, when it is too large or nested too deeply.
    """
    if source.size > MAX_BYTES:
        raise Unreadable(Cause.LIMIT, "The Python source is larger than 16 MiB and was not read.")
    data = bytes(source.view())
    if not may_concern(data, source.focus):
        return
    is_stub = source.name.endswith(".pyi")
    found = _of_stub(data, budget) if is_stub else statements(data, budget)
    facts = Facts(budget)
    flow = Flow(source.name.partition(".")[0], facts, budget)
    problem: Unreadable | None = None
    try:
        if imports_by_text(data) or concerns(found.body, modules_of(source.focus)):
            flow.read(_imports(found.body) if is_stub else found.body)
    except Unreadable as error:
        problem = error
    yield from facts
    problem = problem or _problem(found, flow, is_blank=not data.strip())
    if problem is not None:
        raise problem


def _of_stub(data: bytes, budget: Budget) -> Statements:
    """The imports of a stub alone, where they can be told by their lines and parse."""
    alone = imports_alone(data)
    found = statements(alone, budget) if alone is not None else None
    return found if found is not None and found.is_whole else statements(data, budget)


def _imports(body: list[ast.stmt]) -> list[ast.stmt]:
    """The imports of a stub: it only says what there is, and nothing is called in it."""
    nodes = (node for statement in body for node in ast.walk(statement))
    return [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]


def _problem(found: Statements, flow: Flow, *, is_blank: bool) -> Unreadable | None:
    """What was not read, if anything."""
    if not found.body and not found.is_whole and not is_blank:
        return Unreadable(Cause.DAMAGED, "No line of it could be read as Python.")
    if found.is_cut:
        return Unreadable(Cause.LIMIT, "It has more statements than are kept; the rest was not read.")
    if flow.is_too_deep:
        return Unreadable(Cause.LIMIT, "Some expressions are nested too deeply to be followed; the rest was read.")
    return None
