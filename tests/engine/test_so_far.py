"""How far a file is that takes long: told while it is at hand, and what was read of it is not lost."""

import os
import zipfile
from pathlib import Path

import pytest

from scanner.engine import examine, recall, scan, so_far
from scanner.engine.budget import Limits
from scanner.engine.reading import Progress
from scanner.engine.so_far import SoFar
from scanner.engine.task import Batch
from scanner.engine.worker import examine_batch, prepare
from tests.engine.scanning import WORD, plan_of, small_catalogue, unread_in

MEMBERS = 6
SIZE = 70_000


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive that counts as large, of which each member that is done is told of."""
    monkeypatch.setattr(so_far, "EVERY_S", 0.0)
    monkeypatch.setattr(examine, "MEMBERS_FROM_BYTES", 0)
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path / "cache"))
    with zipfile.ZipFile(tmp_path / "large.zip", "w") as archive:
        for number in range(MEMBERS):
            archive.writestr(f"{number}.txt", f"{number} {WORD} ".ljust(SIZE))
    return tmp_path / "large.zip"


def test_each_second_a_worker_tells_how_far_it_is_and_what_is_to_be_kept(large):
    told: list[tuple[str, int, int, int]] = []

    def tell(so_far: SoFar) -> None:
        told.append((so_far.locator, so_far.files, so_far.size, len(so_far.keep)))

    prepare(plan_of(Limits(), uses_cache=True))
    list(examine_batch(Batch(root=str(large.parent), names=(large.name,)), tell_so_far=tell))
    assert told[0][:3] == ("large.zip!/0.txt", 1, SIZE)
    assert told[MEMBERS - 1][:3] == ("large.zip!/5.txt", MEMBERS, MEMBERS * SIZE)
    assert sum(kept for *_, kept in told) == 2 * MEMBERS


def test_of_a_file_that_changed_meanwhile_nothing_more_is_kept(large):
    kept: list[int] = []

    def tell(so_far: SoFar) -> None:
        kept.append(len(so_far.keep))
        os.utime(large, ns=(0, 0))

    prepare(plan_of(Limits(), uses_cache=True))
    list(examine_batch(Batch(root=str(large.parent), names=(large.name,)), tell_so_far=tell))
    assert set(kept[1:]) == {0}


def test_an_interrupted_scan_of_one_file_goes_on_where_it_was(large, monkeypatch):
    def interrupt(progress: Progress) -> None:
        if progress.inside_files >= MEMBERS // 2:
            raise KeyboardInterrupt

    report = scan.scan([large], scan.Settings(jobs=1), interrupt, small_catalogue())
    assert unread_in(report) == {".": "interrupted"}
    anew: list[str] = []
    keep = recall.Recall.keep
    monkeypatch.setattr(recall.Recall, "keep", lambda self, *told: bool(anew.append(told[1].name)) or keep(self, *told))
    prepare(plan_of(Limits(), uses_cache=True))
    list(examine_batch(Batch(root=str(large.parent), names=(large.name,))))
    assert not {f"{number}.txt" for number in range(MEMBERS // 2 - 1)} & set(anew)  # the last one was still at hand
