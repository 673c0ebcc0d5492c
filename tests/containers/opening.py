"""Open containers in tests as the engine does: each member is read before the next one is asked for."""

from typing import NamedTuple

from hypothesis import strategies as st

from scanner.containers import Container, Member
from scanner.model.source import Unreadable
from tests.budgets import CountingBudget
from tests.sources import BytesSource


class Opened(NamedTuple):
    """What came out."""

    members: list[Member]
    contents: dict[str, bytes]
    problems: dict[str, Unreadable]
    """Of members, by name; that of the listing under the empty name."""

    def notes(self, name: str) -> str:
        return " ".join(next(member.notes for member in self.members if member.name == name))

    def kinds(self) -> dict[str, str]:
        return {member.name: member.kind for member in self.members}

    def causes(self) -> dict[str, str]:
        return {name: problem.cause.value for name, problem in self.problems.items()}


def opened(
    container: Container,
    data: bytes,
    name: str = "a.bin",
    budget: CountingBudget | None = None,
    keys: tuple[bytes, ...] = (),
) -> Opened:
    """List a container and read every file in it, holding both to the contract."""
    budget = budget or CountingBudget()
    found = Opened([], {}, {})
    try:
        for member in container.members(BytesSource(name, data, keys=keys), budget):
            assert member.name not in found.contents, "two members of one name"
            assert member.name
            assert not member.name.startswith("/")
            assert ".." not in member.name.split("/")
            found.members.append(member)
            found.contents[member.name] = b""
            if member.kind == "file":
                _read(member, found, budget)
    except Unreadable as problem:
        found.problems[""] = problem
    return found


def _read(member: Member, found: Opened, budget: CountingBudget) -> None:
    before = budget.bytes_spent
    pieces = []
    try:
        for piece in member.chunks():
            assert 0 < len(piece) <= 1 << 20
            pieces.append(piece)
    except Unreadable as problem:
        found.problems[member.name] = problem
    found.contents[member.name] = b"".join(pieces)
    assert budget.bytes_spent - before >= len(found.contents[member.name]), "bytes that no budget knows of"


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """The bytes cut, with bytes changed, or both."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(0, 6))):
        data[draw(st.integers(0, len(data) - 1))] = draw(
            st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]) | st.integers(0, 255)
        )
    return bytes(data[: draw(st.integers(0, len(data)) | st.just(len(data)))])


def assert_it_survives(container: Container, data: bytes, name: str = "a.bin") -> None:
    """Only members and `Unreadable` come out, within the budget, whatever the bytes are."""
    budget = CountingBudget(items=200_000, bytes=8 << 20)
    opened(container, data, name, budget)
    confirms = getattr(container, "confirms", None)
    if confirms is not None:
        assert confirms(BytesSource(name, data)) in (True, False)
    wants = getattr(container, "wants", None)
    if wants is not None:
        assert wants(name, data[:4096]) in (True, False)
