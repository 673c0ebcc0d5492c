"""The fuzzer's harness works with every parser, though the fuzzer itself is not installed here."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.harness import name_for, parsers, run_once

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(parsers()))
def test_a_parser_survives_its_own_magic_with_noise_behind_it(name):
    parser = parsers()[name]
    noise = random.Random(name).randbytes(3000)
    for magic in [magic for magic in parser.INFO.magics if magic.offset == 0] or [None]:
        start = magic.value if magic is not None else b""
        for length in (0, 1, 40, 3000):
            run_once(parser, start + noise[:length])
            run_once(parser, start + bytes(length))
    assert name_for(parser)


def test_an_exception_that_is_not_the_parsers_right_comes_out():
    class Faulty:
        INFO = parsers()["zip"].INFO

        def observe(self, source: object, budget: object) -> list[object]:
            raise IndexError

    with pytest.raises(IndexError):
        run_once(Faulty(), b"")


def test_without_a_name_all_names_are_listed():
    command = [sys.executable, "-m", "tests.fuzz.harness"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert all(name in ran.stderr for name in parsers())
