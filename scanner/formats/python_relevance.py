"""Whether a Python file imports any of the modules a reader was asked about: if not, nothing in it needs following."""

import ast
from collections.abc import Iterable


def concerns(body: Iterable[ast.stmt], modules: frozenset[str]) -> bool:
    """Whether an import, or a text that could name one, speaks of one of the modules or of what they lie in."""
    return not modules or any(is_of(name, modules) for statement in body for name in _names(statement))


def is_of(name: str, modules: frozenset[str]) -> bool:
    """Whether a dotted name is one of the modules, or lies in one."""
    parts = name.split(".")
    return any(".".join(parts[:n]) in modules for n in range(1, len(parts) + 1))


def _names(statement: ast.stmt) -> Iterable[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
            yield node.value
