"""Limits as people write them."""

import re

import pytest

from scanner.engine.budget import Limits, TargetLimits
from scanner.engine.told_limits import BadLimit, limit_names, told_limits
from tests.commands import frscan
from tests.hostile.archives import nested


def test_without_a_word_the_usual_limits_hold():
    assert told_limits([]) == (Limits(), TargetLimits())


def test_numbers_sizes_and_seconds_are_read():
    of_file, of_target = told_limits(["nesting=3", "member-bytes=1.5G", "seconds=0.5", "target-items=2k"])
    assert of_file == Limits(nesting=3, member_bytes=3 << 29, seconds=0.5)
    assert of_target == TargetLimits(items=2048)


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("nesting", "'nesting' is no limit; write NAME=VALUE with one of nesting, "),
        ("depth=3", "'depth=3' is no limit"),
        ("seconds=soon", "seconds takes a number such as 600 or 2G; 'soon' is none"),
        ("seconds=-1", "'-1' is none"),
        ("nesting=0", "must be more than 0"),
    ],
)
def test_a_limit_that_cannot_be_obeyed_is_said_in_a_sentence(word, sentence):
    with pytest.raises(BadLimit, match=re.escape(sentence)):
        told_limits([word])


def test_every_limit_can_be_told():
    assert len(limit_names()) == len(Limits.__struct_fields__) + len(TargetLimits.__struct_fields__)
    for name in limit_names():
        assert told_limits([f"{name}=7"]) != (Limits(), TargetLimits())


@pytest.mark.parametrize("place", ["command line", "settings file", "environment"])
def test_a_limit_holds_wherever_it_is_written_down(tmp_path, place):
    (tmp_path / "deep.zip").write_bytes(nested(b"x", 6))
    (tmp_path / "elsewhere").mkdir()
    words, environment = ["--limit", "nesting=4"], {}
    if place == "settings file":
        words = []
        (tmp_path / "elsewhere" / "frscan.toml").write_text('limit = ["nesting=4"]\n')
    elif place == "environment":
        words, environment = [], {"FRSCAN_LIMIT": "nesting=4"}
    ran = frscan("scan", "-f", "json", *words, tmp_path / "deep.zip", cwd=tmp_path / "elsewhere", **environment)
    (gap,) = ran.report["unreadable"]
    assert (ran.status, gap["cause"]) == (3, "limit")
    assert gap["reason"].startswith("It lies 4 containers deep")


def test_a_wrong_limit_exits_2_before_the_scan(tmp_path):
    ran = frscan("scan", "--limit", "nesting", tmp_path)
    assert ran.status == 2
    assert ran.err.startswith("frscan: --limit: 'nesting' is no limit")
