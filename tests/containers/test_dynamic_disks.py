"""Dynamic disks of Windows: the files of their volumes, as far as those lie here; of the others it is told."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.containers import disk_image
from scanner.containers.volumes import partitions
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.containers.dynamic_disks import SECTOR, SIMPLE, STRIPED, Component, Made, Part, dynamic_disk
from tests.containers.opening import opened
from tests.containers.test_disk_image import TREE, image
from tests.sources import BytesSource

SYSTEM = image("ext4")
SECTORS = len(SYSTEM) // SECTOR
HALF = SECTORS // 2
BYTES = HALF * SECTOR


def simple(name: str, start: int) -> Made:
    return Made(name, SECTORS, (Component(SIMPLE, (Part(0, start, 0, SECTORS),)),))


def test_each_volume_is_read_under_its_name_wherever_its_parts_lie_on_the_disk():
    scattered = Component(SIMPLE, (Part(0, SECTORS + HALF, 0, HALF), Part(0, SECTORS, HALF, SECTORS - HALF)))
    data = SYSTEM + SYSTEM[BYTES:] + SYSTEM[:BYTES]
    disk = dynamic_disk(0, data, (simple("Volume1", 0), Made("Volume2", SECTORS, (scattered,))))
    found = opened(disk_image, disk, "a.img")
    assert not found.problems
    assert {
        path: content
        for path, content in found.contents.items()
        if path.removeprefix("Volume1/").removeprefix("Volume2/") in TREE
    } == {f"{volume}/{path}": content for volume in ("Volume1", "Volume2") for path, content in TREE.items()}


def test_one_copy_of_a_mirrored_volume_is_enough():
    copies = (Component(SIMPLE, (Part(1, 0, 0, SECTORS),)), Component(SIMPLE, (Part(0, 0, 0, SECTORS),)))
    found = opened(disk_image, dynamic_disk(0, SYSTEM, (Made("Mirror", SECTORS, copies),), disks=2), "a.img")
    assert not found.problems
    assert found.contents["Mirror/etc/plain"] == b"one line\n"


def test_a_volume_that_lies_on_other_disks_too_is_told_and_hides_no_other():
    striped = Component(STRIPED, (Part(0, SECTORS, 0, HALF), Part(1, 0, 0, HALF)), stripe=128)
    elsewhere = Component(SIMPLE, (Part(1, 900, 0, 9),))
    disk = dynamic_disk(
        0, SYSTEM + bytes(BYTES), (simple("A", 0), Made("B", SECTORS, (striped,)), Made("C", 9, (elsewhere,))), disks=2
    )
    found = opened(disk_image, disk, "a.img")
    assert found.contents["A/etc/plain"] == b"one line\n"
    assert found.problems[""].cause is Cause.UNSUPPORTED
    assert found.problems[""].reason.startswith("B (524,288 bytes): It is a volume of Windows that lies on several")


def test_where_the_database_is_damaged_a_volume_at_the_beginning_is_read_and_it_is_told_that_more_may_be_there():
    disk = bytearray(dynamic_disk(0, SYSTEM, (simple("A", 0),)))
    disk[disk.index(b"VMDB")] = 0
    found = opened(disk_image, bytes(disk), "a.img")
    assert found.contents["partition 1/etc/plain"] == b"one line\n"
    assert "dynamic disk of Windows" in found.problems[""].reason


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_database_gives_volumes_or_says_why_not(data):
    disk = bytearray(dynamic_disk(0, bytes(4096), (simple("A", 0), simple("B", 9))))
    place = disk.index(b"VMDB")
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.one_of(st.integers(place, place + 1500), st.integers(3072, 3584)))
        disk[at] = data.draw(st.integers(0, 255))
    with suppress(Unreadable):
        for volume in partitions.volumes(BytesDisk(bytes(disk)), CountingBudget()):
            with suppress(Unreadable):
                assert len(volume.disk.read(0, 4096)) <= 4096


class BytesDisk:
    """A disk that lies in memory."""

    def __init__(self, data: bytes) -> None:
        self._view = BytesSource("a", data).view()
        self.size = len(data)

    def read(self, offset: int, length: int) -> memoryview:
        return self._view[offset : offset + length]
