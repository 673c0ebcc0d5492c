"""The reader of Python projects' own files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats.packages import python_project
from scanner.model.observation import Observation, Owns, Package
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

PYPROJECT = b"""
[project]
name = "Own_Name"
version = "2.0"
dependencies = ["vendor==1.0", "other>=2"]
[project.optional-dependencies]
gpu = ["fast"]
[build-system]
requires = ["maker"]
[dependency-groups]
dev = ["tester", {include-group = "x"}]
[tool.poetry.dependencies]
python = "^3.10"
exact = "1.2.3"
ranged = "^1.2"
table = {version = "==4.0", optional = true}
[tool.poetry.group.docs.dependencies]
writer = "*"
"""
SETUP_CFG = b"""
[metadata]
name = own
version = attr: own.__version__
[options]
install_requires =
    vendor==1.0
    other; python_version < "4"
[options.extras_require]
gpu = fast
"""
SETUP_PY = b"""
from setuptools import setup
REQUIRED = ["vendor==1.0"] + ["other"]
EXTRAS = {"gpu": ["fast"], "all": REQUIRED}
if __name__ == "__main__":
    setup(name="own", version="2.0", install_requires=REQUIRED, extras_require=EXTRAS,
          setup_requires="maker", cmdclass=undefined())
"""


def packages(found: list[Observation]) -> list[tuple[str, str, str]]:
    return [
        (fact.purl.removeprefix("pkg:pypi/"), fact.version, fact.place) for fact in found if isinstance(fact, Package)
    ]


def test_pyproject_gives_the_project_and_what_all_its_tables_ask_for():
    found = read(python_project, BytesSource("pyproject.toml", PYPROJECT))
    assert packages(found) == [
        ("own-name", "2.0", "project.name"),
        ("vendor", "1.0", "project.dependencies[0]"),
        ("other", "", "project.dependencies[1]"),
        ("fast", "", "project.optional-dependencies.gpu[0]"),
        ("tester", "", "dependency-groups.dev[0]"),
        ("maker", "", "build-system.requires[0]"),
        ("exact", "1.2.3", "tool.poetry.dependencies.exact"),
        ("ranged", "", "tool.poetry.dependencies.ranged"),
        ("table", "4.0", "tool.poetry.dependencies.table"),
        ("writer", "", "tool.poetry.group.docs.dependencies.writer"),
    ]
    assert Owns(purl="pkg:pypi/own-name", version="2.0", path="./", place="project.name") in found


def test_setup_cfg_gives_its_requirements():
    assert packages(read(python_project, BytesSource("setup.cfg", SETUP_CFG))) == [
        ("own", "", "metadata.name"),
        ("vendor", "1.0", "options.install_requires[1]"),
        ("other", "", "options.install_requires[2]"),
        ("fast", "", "options.extras_require.gpu[0]"),
    ]


def test_setup_py_gives_its_constants_and_is_not_run():
    assert packages(read(python_project, BytesSource("setup.py", SETUP_PY))) == [
        ("own", "2.0", "line 6"),
        ("vendor", "1.0", "line 3"),
        ("other", "", "line 3"),
        ("maker", "", "line 7"),
        ("fast", "", "line 4"),
        ("vendor", "1.0", "line 3"),
        ("other", "", "line 3"),
    ]


def test_a_pipfile_gives_both_its_lists():
    data = b'[packages]\nvendor = "*"\npinned = {version = "==1.0"}\n[dev-packages]\ntester = "*"\n'
    assert [name for name, _, _ in packages(read(python_project, BytesSource("Pipfile", data)))] == [
        "vendor",
        "pinned",
        "tester",
    ]


@pytest.mark.parametrize(
    ("name", "data", "cause"),
    [
        ("pyproject.toml", b"[project", Cause.DAMAGED),
        ("pyproject.toml", b"a = " + b"9" * 5000, Cause.DAMAGED),
        ("pyproject.toml", b"a = " + b"[" * 50_000, Cause.LIMIT),
        ("pyproject.toml", b"a" + b".a" * 50_000 + b" = 1", Cause.LIMIT),
        ("setup.cfg", b"no section", Cause.DAMAGED),
        ("setup.cfg", b"[options]\nbare\n  goes on", Cause.DAMAGED),
    ],
)
def test_a_broken_or_bottomless_file_is_unreadable(name: str, data: bytes, cause: Cause):
    found, stopped = read_until_stopped(python_project, BytesSource(name, data))
    assert found == []
    assert stopped is not None
    assert stopped.cause is cause


def test_lists_made_of_themselves_end():
    bomb = "".join(f"a{n} = [{f'a{n + 1}, ' * 40}]\n" for n in range(40))
    data = f"{bomb}a40 = a0\nsetup(install_requires=a0)".encode()
    with pytest.raises(Unreadable) as stopped:
        read(python_project, BytesSource("setup.py", data), CountingBudget(items=100_000))
    assert stopped.value.cause is Cause.LIMIT


@settings(max_examples=60, deadline=None)
@given(
    base=st.sampled_from([("pyproject.toml", PYPROJECT), ("setup.cfg", SETUP_CFG), ("setup.py", SETUP_PY)]),
    data=st.binary(max_size=40),
    at=st.integers(0, 400),
)
def test_mutated_project_files_give_observations_or_unreadable(base: tuple[str, bytes], data: bytes, at: int):
    name, good = base
    read_until_stopped(python_project, BytesSource(name, good[:at] + data + good[at + len(data) :]))
