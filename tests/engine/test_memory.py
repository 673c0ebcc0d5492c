"""No process swells with what it scans, however large a file is and whatever is found in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.scanning import WORD

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there the peak of a process is read alike")
LARGE_BYTES = 800 << 20
MOST_MB = 600
_CODE = (
    "import re, sys; from pathlib import Path; from scanner.engine import scan\n"
    "from tests.engine.scanning import *\n"
    "scan.load_knowledge = small_knowledge\n"
    "answer = examined(Path(sys.argv[1]))\n"
    "peak = re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())[1]\n"
    "print(len(hits(answer)), int(peak) // 1024)"
)
"""Not getrusage: what it tells of a process begins with the peak of the one that started it (getrusage(2))."""


def examined_alone(path: Path) -> tuple[int, int]:
    """Hits in a file, and the peak of the process that examined it, in MB."""
    ran = subprocess.run([sys.executable, "-c", _CODE, path], cwd=ROOT, capture_output=True, check=True, timeout=120)
    hits, peak = map(int, ran.stdout.split())
    return hits, peak


@pytest.mark.parametrize("holds_word", [False, True])
def test_a_large_file_is_scanned_in_little_memory(tmp_path, holds_word):
    """Mapped pages count as the process's own until they are given back, and YARA walks over all of them."""
    small = tmp_path / "small.bin"
    small.write_bytes(WORD.encode() if holds_word else bytes(100))
    large = tmp_path / "sparse.bin"
    with large.open("wb") as file:
        file.truncate(LARGE_BYTES)
        if holds_word:
            os.pwrite(file.fileno(), b"\0" + WORD.encode() + b"\0", LARGE_BYTES - 5000)
    hits, least = examined_alone(small)
    assert hits == holds_word
    hits, peak = examined_alone(large)
    assert hits == holds_word
    assert peak < MOST_MB
    assert peak - least < 250
