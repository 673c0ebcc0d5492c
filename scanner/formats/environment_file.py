"""Files of environment variables, a line each: `.env`, and what programs are told to read like it.

Specification: https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/ (.env files).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from scanner.formats.text_lines import numbered_lines
from scanner.model.source import Budget, Source

VARIABLE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]{0,150})\s*=\s*(.*)")
"""A line that sets one: its name, and what stands behind the `=`."""
_QUOTED = re.compile(r"""(["'])(.*)\1(?:\s+[#;].*)?""")


class Variable(NamedTuple):
    """A variable that is set."""

    name: str
    value: str
    line: int


def is_environment_file(name: str) -> bool:
    """Whether a file is one by its name."""
    return ".env" in name.lower() or name.lower() == ".flaskenv"


def value_of(text: str) -> str:
    """What stands behind the `=`, without quotes and comment."""
    quoted = _QUOTED.fullmatch(text)
    return quoted[2] if quoted else text.partition(" #")[0].partition(" ;")[0].strip()


def variables_of(source: Source, budget: Budget, limit_bytes: int) -> Iterator[Variable]:
    """The variables that a file sets, in its order.

    Raises:
        Unreadable: limit, when the file is larger than `limit_bytes`.
    """
    for number, line in numbered_lines(source, budget, limit_bytes):
        found = VARIABLE.match(line.strip())
        if found is not None:
            yield Variable(found[1], value_of(found[2]), number)
