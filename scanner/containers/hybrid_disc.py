"""What a disc has for Macs beside its ISO 9660 tree: an HFS+ volume over the same bytes, with the same files or others.

Programs that make such discs let both lead to the same bytes. A file that was listed already is not read twice.
"""

from collections.abc import Iterator, Mapping

from scanner.containers import Member
from scanner.containers.disk_image import member_of, system_of
from scanner.containers.disks import PlainDisk
from scanner.containers.filesystems import HEAD_BYTES, hfs_plus
from scanner.containers.jail import Jail
from scanner.containers.volumes import Volume, apple_partitions, hfs_wrapper
from scanner.model.source import Budget, Source, Unreadable

_BY_ITSELF = "volume for Macs/"
Listed = Mapping[str, tuple[tuple[int, int], ...]]
"""By name where the parts of a file lie on the disc, and how long they are."""


def is_hybrid(source: Source) -> bool:
    """Whether there is something for Macs."""
    head = bytes(source.view(0, HEAD_BYTES))
    return any(kind.recognises(head) for kind in (apple_partitions, hfs_wrapper, hfs_plus))


def only_for_macs(source: Source, listed: Listed, jail: Jail, budget: Budget) -> Iterator[Member]:
    """The files for Macs that are not among those listed. Raises `Unreadable` after those that could be had."""
    disk = PlainDisk(source.view())
    problem: Unreadable | None = None
    for outer in apple_partitions.volumes_of_macs(disk, budget) or [Volume(_BY_ITSELF, disk)]:
        try:
            volume = _unwrapped(outer, budget)
            system = system_of(volume, budget)
            if system is None:
                continue
            for file in system.files():
                member = member_of(volume, file, jail, system)
                if not _is_listed(member, member.name.removeprefix(volume.name), listed, disk):
                    yield member
        except Unreadable as why:
            problem = problem or why
    if problem is not None:
        raise problem


def _unwrapped(volume: Volume, budget: Budget) -> Volume:
    if not hfs_wrapper.recognises(bytes(volume.disk.read(0, HEAD_BYTES))):
        return volume
    (inner,) = hfs_wrapper.volumes(volume.disk, budget)
    return Volume(volume.name, inner.disk, volume.start + inner.start)


def _is_listed(member: Member, name: str, listed: Listed, disk: PlainDisk) -> bool:
    """Whether a file of its name and content was listed."""
    parts = listed.get(name, ())
    if member.kind != "file" or sum(size for _, size in parts) != member.size:
        return member.kind != "file"
    if len(parts) != 1:
        return False
    at = parts[0][0]
    try:
        for piece in member.chunks():
            if bytes(disk.read(at, len(piece))) != piece:
                return False
            at += len(piece)
    except Unreadable:
        return False  # what is wrong with it comes out when it is read
    return True
