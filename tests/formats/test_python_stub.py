"""Stubs: their imports are told by their lines as the parser tells them."""

import ast

import pytest

from scanner.formats import python_source
from scanner.formats.python_stub import imports_alone
from scanner.model.observation import Import
from tests.formats.reading import read_until_stopped
from tests.sources import BytesSource

STUB = b'''"""What it is.

    import of_a_text
"""
import sys, os as system
from acme.faces import (  # all of it
    Finder,
    Matcher as M,
)
if sys.version_info >= (3, 9):
    from acme import \\
        images

def first(a: int) -> Finder:
    """Use it so:
    from acme import example
    """

class Own(M):
    from .near import inner; import last
    def own(self) -> None: ...
'''


def imports_of(text: bytes) -> list[str]:
    nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom))
    return sorted(f"{node.lineno} {ast.unparse(node)}" for node in nodes)


def test_all_imports_are_left_in_their_lines_and_nothing_else():
    plain = STUB.replace(b"; import last", b"")
    alone = imports_alone(plain)
    assert alone is not None
    assert imports_of(alone) == imports_of(plain)
    assert b"class" not in alone


@pytest.mark.parametrize(
    "stub",
    [
        STUB,
        b"if True: import acme",
        b'# it\'s """\nimport acme\n',
        b"x: int\n",
        b"",
    ],
)
def test_a_stub_whose_imports_cannot_be_told_by_their_lines_is_parsed_whole(stub):
    assert imports_alone(stub) is None


@pytest.mark.parametrize("stub", [STUB, STUB.replace(b"; import last", b""), STUB + b"\nthis is no python\n"])
def test_a_stub_gives_its_imports(stub):
    observed, _ = read_until_stopped(python_source, BytesSource("acme.pyi", stub))
    found = {o.name for o in observed if isinstance(o, Import)}
    assert {"acme.faces.Finder", "acme.faces.Matcher", "acme.images"} <= found
    assert not {"of_a_text", "acme.example"} & found
