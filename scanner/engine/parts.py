"""Parts: members of a container that are read by way of another one beside them, and not by themselves."""

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from scanner.containers import Container, Member
from scanner.containers.beside import path_beside
from scanner.engine.known import containers, offers
from scanner.model.source import Unreadable


@cache
def _with_parts() -> tuple[Container, ...]:
    return tuple(container for container in containers() if offers(container, "parts"))


class Parts:
    """Tells the parts among the members of one container."""

    def __init__(self, beside: Callable[[Member, str], Member | None]) -> None:
        """`beside` finds what stands at a name seen from a member."""
        self._beside = beside
        self._known: dict[str, bool] = {}

    def has(self, member: Member) -> bool:
        """Whether a member is part of something that another one beside it leads to."""
        return any(
            names and all(self._stands(member, name) for name in names)
            for container in _with_parts()
            for names in [cast("Any", container).parts(member.name)]  # Any: few have that function
        )

    def _stands(self, member: Member, name: str) -> bool:
        at = path_beside(member.name, name) or ""
        if at not in self._known:
            try:
                self._known[at] = self._beside(member, name) is not None
            except Unreadable:
                self._known[at] = False
        return self._known[at]
