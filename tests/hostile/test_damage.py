"""Every fixture, cut and with bits turned: facts or a reason come out, and never an exception."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.engine.budget import Limits
from scanner.engine.task import Answer, Batch, examine_batch, prepare
from tests.commands import FIXTURES
from tests.containers.opening import damaged
from tests.engine.scanning import plan_of

LIMITS = Limits(items=300_000, inflated_bytes=64 << 20, seconds=20)
KINDS = (
    "android/*.apk",
    "android/*.zip",
    "android/native/*/*.so",
    "jvm/*.jar",
    "jvm/classes/**/*.class",
    "elf/*",
    "dotnet/*",
)
CUTS = 24


@cache
def fixtures() -> dict[str, bytes]:
    found = [path for kind in KINDS for path in sorted(FIXTURES.glob(kind)) if path.is_file()]
    return {path.relative_to(FIXTURES).as_posix(): path.read_bytes() for path in found}


def look_at(folder: Path, name: str, data: bytes) -> Answer:
    path = folder / name.rpartition("/")[2]
    path.write_bytes(data)
    (answer,) = examine_batch(Batch(root=str(folder), names=(path.name,)))
    return answer


def assert_sound(answer: Answer) -> None:
    unread = [unread for facts in answer.facts for unread in facts.unread]
    assert [u for u in unread if u.cause in {"crashed", "timed-out"}] == []
    assert all(u.reason.endswith(".") and u.locator for u in unread)
    assert answer.type


@pytest.mark.parametrize("name", fixtures())
def test_a_fixture_cut_anywhere_gives_facts_or_a_reason(tmp_path, name):
    prepare(plan_of(LIMITS))
    whole = fixtures()[name]
    for cut in range(CUTS):
        assert_sound(look_at(tmp_path, name, whole[: len(whole) * cut // CUTS]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_fixture_with_bits_turned_gives_facts_or_a_reason(tmp_path, data):
    prepare_once()
    name = data.draw(st.sampled_from(sorted(fixtures())))
    assert_sound(look_at(tmp_path, name, data.draw(damaged(fixtures()[name]))))


@cache
def prepare_once() -> None:
    prepare(plan_of(LIMITS))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ending=st.sampled_from(
        [".so", ".exe", ".dex", ".class", ".apk", ".tar", ".gz", ".7z", ".pyc", ".js", ".json", ".rpm"]
    ),
    magic=st.sampled_from(
        [b"\x7fELF\2\1\1", b"MZ", b"PK\3\4", b"dex\n035\0", b"\xca\xfe\xba\xbe", b"\x1f\x8b\x08", b""]
    ),
    rest=st.binary(max_size=600),
)
def test_noise_under_any_name_gives_facts_or_a_reason(tmp_path, ending, magic, rest):
    prepare_once()
    assert_sound(look_at(tmp_path, f"noise{ending}", magic + rest))
