"""The reader of Python lock files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats.packages import python_locks
from scanner.model.observation import Package
from scanner.model.vocabulary import Cause, Scope
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

POETRY = b'[[package]]\nname = "Vendor"\nversion = "1.0"\n[[package]]\nname = "other"\nversion = "2"\n[metadata]\n'
UV = b'[[package]]\nname = "own"\nversion = "0"\nsource = { editable = "." }\n' + POETRY
PYLOCK = POETRY.replace(b"[[package]]", b"[[packages]]")
PIPENV = b'{"_meta": {"a": {"version": "==9"}}, "default": {"vendor": {"version": "==1.0"}}, "develop": {"other": {}}}'


@pytest.mark.parametrize(
    ("name", "data", "places"),
    [
        ("poetry.lock", POETRY, ("package[0]", "package[1]")),
        ("pdm.lock", POETRY, ("package[0]", "package[1]")),
        ("uv.lock", UV, ("package[1]", "package[2]")),
        ("pylock.dev.toml", PYLOCK, ("packages[0]", "packages[1]")),
    ],
)
def test_a_toml_lock_gives_its_packages_but_not_the_project(name: str, data: bytes, places: tuple[str, str]):
    assert read(python_locks, BytesSource(name, data)) == [
        Package(purl="pkg:pypi/vendor", version="1.0", role="declares", place=places[0]),
        Package(purl="pkg:pypi/other", version="2", role="declares", place=places[1]),
    ]


def test_pipenvs_lock_gives_both_its_lists():
    assert read(python_locks, BytesSource("Pipfile.lock", PIPENV)) == [
        Package(purl="pkg:pypi/vendor", version="1.0", role="declares", place="default.vendor"),
        Package(purl="pkg:pypi/other", version="", role="declares", scope=Scope.DEV, place="develop.other"),
    ]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("uv.lock", True),
        ("pylock.toml", True),
        ("pylock.x.toml", True),
        ("pyproject.toml", False),
        ("cargo.toml", False),
    ],
)
def test_other_toml_files_are_not_locks(name: str, wanted: bool):
    assert python_locks.wants(name, b"") is wanted


@pytest.mark.parametrize(
    ("name", "data", "cause"),
    [
        ("poetry.lock", b"[[package]\n", Cause.DAMAGED),
        ("Pipfile.lock", b"[]", Cause.DAMAGED),
        ("Pipfile.lock", b'{"default":' + b"[" * 100_000, Cause.LIMIT),
    ],
)
def test_a_broken_lock_is_unreadable(name: str, data: bytes, cause: Cause):
    found, stopped = read_until_stopped(python_locks, BytesSource(name, data))
    assert found == []
    assert stopped is not None
    assert stopped.cause is cause


@settings(max_examples=60, deadline=None)
@given(
    base=st.sampled_from([("uv.lock", UV), ("Pipfile.lock", PIPENV)]),
    data=st.binary(max_size=40),
    at=st.integers(0, 200),
)
def test_mutated_locks_give_observations_or_unreadable(base: tuple[str, bytes], data: bytes, at: int):
    name, good = base
    read_until_stopped(python_locks, BytesSource(name, good[:at] + data + good[at + len(data) :]))
