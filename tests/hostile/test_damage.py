"""Every fixture, cut and with bits turned: facts or a reason come out, and never an exception."""

import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.engine.budget import Limits
from scanner.engine.task import Answer, Batch
from scanner.engine.worker import examine_batch, prepare
from tests.commands import FIXTURES
from tests.containers.opening import damaged
from tests.engine.scanning import plan_of
from tests.format_fixtures import FormatFixture, format_fixtures
from tests.fuzz.harness import parsers, run_once

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
BENDS = 24
FORMATS = format_fixtures()


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


@pytest.mark.parametrize("fixture", FORMATS, ids=[fixture.parser for fixture in FORMATS])
def test_what_each_reader_is_for_cut_and_bent_gives_facts_or_a_reason(fixture: FormatFixture):
    """Any exception but the one that readers may raise comes out of `run_once`, and so does a spent budget's excess."""
    parser, whole = parsers()[fixture.parser], fixture.source.data
    chance = random.Random(fixture.parser)
    for cut in range(CUTS):
        run_once(parser, whole[: len(whole) * cut // CUTS], fixture.path.name, fixture.source.focus)
    for _ in range(BENDS):
        bent = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            bent[chance.randrange(len(bent))] ^= 1 << chance.randrange(8)
        run_once(parser, bytes(bent), fixture.path.name, fixture.source.focus)


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
