"""Who wants an artifact: the compiled table answers as asking every reader and container one by one would."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.containers import Container
from scanner.engine.discover import Table
from scanner.engine.known import containers, offers, readers
from scanner.model.source import HEAD_BYTES, Reader

FIXTURES = Path(__file__).parents[2] / "fixtures"
TRIAGE: list[Reader | Container] = [one for one in (*readers(), *containers()) if not one.INFO.depth]
MAGICS = [(magic.offset, magic.value) for one in TRIAGE for magic in one.INFO.magics]
NAMES = sorted({name for one in TRIAGE for name in one.INFO.names})
SUFFIXES = sorted({suffix for one in TRIAGE for suffix in one.INFO.suffixes})


class OneByOne(Table):
    """A table that looks at each magic of each module in turn."""

    def _by_its_bytes(self, head: bytes) -> tuple[Reader | Container, ...]:
        standing = [
            (magic.offset, len(magic.value), one)
            for one in TRIAGE
            for magic in one.INFO.magics
            if head[magic.offset : magic.offset + len(magic.value)] == magic.value
        ]
        places = list(dict.fromkeys(offset for offset, _ in MAGICS))
        # Of what stands at the beginning, first what is one byte long; then place by place, as first named.
        standing.sort(key=lambda item: (item[0] > 0, item[0] == 0 and item[1] > 1, places.index(item[0])))
        return tuple(one for _, _, one in standing)


COMPILED, BY_DEFINITION = Table(), OneByOne()
PLACED = st.lists(st.sampled_from(range(len(MAGICS))).map(MAGICS.__getitem__), max_size=4)


@st.composite
def heads(draw: st.DrawFn) -> bytes:
    """Some bytes with magics in their places, or one byte beside them, and perhaps cut off."""
    head = bytearray(draw(st.binary(max_size=64)))
    for offset, magic in draw(PLACED):
        at = offset + draw(st.sampled_from((0, 0, 0, 1)))
        head.extend(bytes(max(0, at + len(magic) - len(head))))
        head[at : at + len(magic)] = magic
    return bytes(head[: draw(st.integers(0, len(head))) if draw(st.booleans()) else HEAD_BYTES])


STEMS = sorted({stem for one in TRIAGE for stem in one.INFO.stems})

names = st.one_of(
    st.sampled_from(["x", "a.b", ".a"]),
    st.tuples(st.sampled_from(STEMS), st.sampled_from(["", ".x", "x"])).map("".join),
    st.sampled_from(NAMES),
    st.tuples(st.sampled_from(["x", "X.y", ""]), st.sampled_from(SUFFIXES)).map("".join),
)


@settings(deadline=None, max_examples=300)
@given(names, heads())
def test_any_name_and_bytes_are_wanted_by_whom_the_definition_says(name: str, head: bytes) -> None:
    assert COMPILED.wanted(name, head) == BY_DEFINITION.wanted(name, head)


def takers(name: str) -> set[str]:
    found = COMPILED.wanted(name, b"FROM x\n")
    return {one.INFO.name for one in (*found.readers, *found.containers)}


def test_the_beginning_of_a_name_is_wanted_up_to_its_first_dot() -> None:
    for stem in STEMS:
        wanted = {one.INFO.name for one in TRIAGE if stem in one.INFO.stems}
        assert wanted <= takers(stem) & takers(f"{stem.upper()}.Nas")
        assert not wanted & takers(f"{stem}x.nas")


def test_every_magic_alone_is_known_in_its_place_and_nowhere_else() -> None:
    for offset, magic in MAGICS:
        for at in (offset, offset + 1):
            head = bytes(at) + magic
            assert COMPILED.wanted("x", head) == BY_DEFINITION.wanted("x", head), (offset, magic)


def test_every_fixture_is_wanted_by_whom_the_definition_says() -> None:
    looked_at = 0
    for path in sorted(p for p in FIXTURES.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        for name in (path.name, "x"):
            assert COMPILED.wanted(name, head) == BY_DEFINITION.wanted(name, head), path
            looked_at += 1
    assert looked_at > 100


@settings(deadline=None)
@given(names, heads())
def test_who_is_asked_beside_is_who_asks_by_name_or_elsewhere_than_at_the_beginning(name: str, head: bytes) -> None:
    lower = name.lower()
    dots = [at for at, char in enumerate(lower) if char == "."]
    by_name = lower in NAMES or any(lower[at:] in SUFFIXES for at in dots)
    by_name = by_name or any(lower[:at] in STEMS for at in (*[at for at in dots if at > 0][:1], len(lower)))
    by_bytes = any(head.startswith(magic, at) for at, magic in MAGICS if at > 0 or len(magic) < 2)
    assert COMPILED.is_asked_beside(name, head) == (by_name or by_bytes)


def test_only_containers_are_sought_in_files_of_no_known_type():
    sought = Table().wanted("x.dunno", b"\0\1\2\3 nothing anybody knows").sought
    assert sought
    assert all(offers(container, "members") for container in sought)
