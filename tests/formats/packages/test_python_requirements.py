"""The reader of lists of Python requirements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats.packages import requirements
from scanner.model.observation import Package
from scanner.model.vocabulary import Scope
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

LIST = b"""\
# what the door needs
Some_Vendor.SDK==1.4.0  # pinned
numpy>=1.21,<2 ; python_version < "4"
extra.thing[all] ~= 3.0
plain
hashed==2.0 \\
    --hash=sha256:0000 \\
    --hash=sha256:1111
-r other.txt
--index-url https://example.invalid/simple
direct @ https://example.invalid/direct-1.0.zip
git+https://example.invalid/team/from-git.git@main
-e git+ssh://git@example.invalid/team/x.git#subdirectory=y&egg=named_egg
https://example.invalid/files/by_wheel-3.2.1-py3-none-any.whl
./local/path
[extra]
===
"""


def test_each_form_of_requirement_gives_its_package_by_line():
    found = read(requirements, BytesSource("requirements.txt", LIST))
    assert [(fact.purl, fact.version, fact.place) for fact in found if isinstance(fact, Package)] == [
        ("pkg:pypi/some-vendor-sdk", "1.4.0", "line 2"),
        ("pkg:pypi/numpy", "", "line 3"),
        ("pkg:pypi/extra-thing", "", "line 4"),
        ("pkg:pypi/plain", "", "line 5"),
        ("pkg:pypi/hashed", "2.0", "line 6"),
        ("pkg:pypi/direct", "", "line 11"),
        ("pkg:pypi/from-git", "", "line 12"),
        ("pkg:pypi/named-egg", "", "line 13"),
        ("pkg:pypi/by-wheel", "3.2.1", "line 14"),
    ]
    assert all(fact.role == "declares" for fact in found if isinstance(fact, Package))


@pytest.mark.parametrize(
    ("beside", "scope"),
    [
        (b"-c pins.txt\nacme\n", Scope.CONSTRAINT),
        (b"acme\n  --constraint=./pins.txt  # the versions\r\n", Scope.CONSTRAINT),
        (b"-c pins.txt\n-r pins.txt\n", Scope.RUNTIME),
        (b"-c other.txt\n# -c pins.txt\n", Scope.RUNTIME),
        (b"", Scope.RUNTIME),
    ],
)
def test_a_list_that_another_names_as_constraints_asks_for_nothing(beside: bytes, scope: Scope):
    (found,) = read(requirements, BytesSource("pins.txt", b"a==1.0\n", neighbours={"requirements.txt": beside}))
    assert found.scope is scope


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("requirements.txt", Scope.RUNTIME),
        ("requirements-dev.txt", Scope.DEV),
        ("constraints.txt", Scope.CONSTRAINT),
        ("dev-constraints.txt", Scope.CONSTRAINT),
    ],
)
def test_the_name_of_a_list_says_what_it_is_for(name: str, scope: Scope):
    (found,) = read(requirements, BytesSource(name, b"a==1.0\n"))
    assert isinstance(found, Package)
    assert found.scope is scope


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_list_that_powershell_wrote_is_read(encoding: str):
    found = read(requirements, BytesSource("requirements.txt", "vendor==1.0\r\n".encode(encoding)))
    assert found == [Package(purl="pkg:pypi/vendor", version="1.0", role="declares", place="line 1")]


@pytest.mark.parametrize(
    ("name", "head", "wanted"),
    [
        ("requirements.txt", b"", True),
        ("dev-requirements.txt", b"", True),
        ("requirements_gpu.in", b"", True),
        ("constraints.txt", b"", True),
        ("requires.txt", b"", True),
        ("base.txt", b"# base\na==1.0\nb[x]>=2,<3 ; os_name == 'nt'\n", True),
        ("base.txt", b"a==1.0\nand some prose\n", False),
        ("notes.txt", b"", False),
        ("names.txt", b"alice\nbob\n", False),
        ("unrequired.txt", b"x", False),
    ],
)
def test_lists_are_told_by_name_or_by_lines_that_are_all_pins(name: str, head: bytes, wanted: bool):
    assert requirements.wants(name, head) is wanted


@given(data=st.binary(max_size=200), cut=st.integers(0, len(LIST)))
def test_mutated_lists_give_observations_or_unreadable(data: bytes, cut: int):
    read_until_stopped(requirements, BytesSource("requirements.txt", LIST[:cut] + data + LIST[cut:]))
    requirements.wants("x.txt", LIST[:cut] + data)
