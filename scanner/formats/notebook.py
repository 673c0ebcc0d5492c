"""Jupyter notebooks: the Python in their code cells, read as one program."""

from collections.abc import Iterator

import msgspec

from scanner.formats.python_facts import Facts
from scanner.formats.python_flow import Flow
from scanner.formats.python_tree import statements
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="notebook",
    version=2,
    line="Jupyter notebooks: imports and calls in their Python cells",
    specification="nbformat: https://nbformat.readthedocs.io/en/latest/format_description.html",
    limits="Outputs, and cells in other languages, are not read. Shell commands (`!pip …`) are left out.",
    suffixes=(".ipynb",),
    after_words=("python",),
)

_MAX_BYTES = 64 * 1024 * 1024
_MAX_CELLS = 10_000
_MAGICS = ("%", "!", "?")
"""Line beginnings that IPython takes for itself."""


class _Cell(msgspec.Struct):
    cell_type: str = ""
    source: str | list[str] = ""
    input: str | list[str] = ""
    """Where format 3 keeps the code."""


class _Worksheet(msgspec.Struct):
    cells: list[_Cell] = []


class _Notebook(msgspec.Struct):
    cells: list[_Cell] = []
    worksheets: list[_Worksheet] = []
    """Format 3."""


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield imports, calls and loads of the code cells; `place` counts cells from 1, those of text included.

    Raises:
        Unreadable: damaged, when it is no notebook's JSON; limit, when it is too large or too deep.
    """
    if source.size > _MAX_BYTES:
        raise Unreadable(Cause.LIMIT, "The notebook is larger than 64 MiB and was not read.")
    budget.spend_bytes(source.size)
    notebook = _decoded(bytes(source.view()))
    cells = [*notebook.cells, *(cell for sheet in notebook.worksheets for cell in sheet.cells)]
    facts = Facts(budget)
    flow = Flow(source.name.partition(".")[0], facts, budget)
    problem: Unreadable | None = None
    try:
        for number, cell in enumerate(cells[:_MAX_CELLS], start=1):
            budget.spend_items()
            if cell.cell_type == "code":
                facts.begin(number, f"cell {number} line {{line}}")
                flow.read(statements(_code(cell), budget).body)
    except Unreadable as error:
        problem = error
    yield from facts
    if problem is None and (flow.is_too_deep or len(cells) > _MAX_CELLS):
        problem = Unreadable(Cause.LIMIT, "The notebook has more or deeper code than is followed; the rest was read.")
    if problem is not None:
        raise problem


def _decoded(data: bytes) -> _Notebook:
    try:
        return msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Notebook)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(Cause.DAMAGED, f"The notebook is not the JSON it should be: {error}.") from error
    except RecursionError as error:
        raise Unreadable(Cause.LIMIT, "The notebook is nested too deeply to be read.") from error


def _code(cell: _Cell) -> bytes:
    """The cell's Python, with the lines that are IPython's own emptied."""
    given = cell.source or cell.input
    text = given if isinstance(given, str) else "".join(given)
    if text.lstrip().startswith("%%") and not text.lstrip().startswith(("%%time", "%%capture")):
        return b""
    lines = ("" if line.lstrip().startswith(_MAGICS) else line for line in text.splitlines())
    return "\n".join(lines).encode("utf-8", "replace")
