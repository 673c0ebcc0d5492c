"""Packed programs: those that unpack themselves when they start, so that their bytes on disk tell nothing.

What UPX packed is unpacked by the program `upx`, where it is installed: it reads the file and does not run it, in a
folder of its own that is removed afterwards, with its output, memory and time limited. Every other program with code
that has no more order than noise, or that is not in the file yet, is reported as not looked into: it is packed or
encrypted.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.linux_kernel import MARK, MARK_AT
from scanner.containers.program_code import code_parts, is_filled_later, looks_like_noise
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="packed",
    version=2,
    line="Packed programs: those of UPX are unpacked where the program upx is installed, others reported as unread",
    specification="https://github.com/upx/upx/blob/devel/doc/upx-doc.txt, "
    "https://github.com/upx/upx/blob/devel/src/stub/src/include/header.S",
    limits="Programs that keep only data packed, or unpack less code than 16 KiB, are not recognised.",
    magics=(Magic(b"\x7fELF"), Magic(b"MZ"), Magic(b"\xcf\xfa\xed\xfe"), Magic(b"\xce\xfa\xed\xfe")),
)
RANDOM_ACCESS = True
WHOLE = False

_UPX = b"UPX!"
_UPX_HEAD_BYTES, _UPX_TAIL_BYTES = 4096, 256
_DONE = (0, 2)
"""Exit statuses of upx: done, and done with a warning."""
_PIECE_BYTES = 1 << 20
_MOST_BYTES = 1 << 30
"""Of the program as unpacked."""
_SECONDS = 60
_MEMORY_BYTES = 4 << 30


def confirms(source: Source) -> bool:
    """Whether it bears UPX's mark, or code in it looks like noise or comes later; a kernel is opened as what it is."""
    if source.head[MARK_AT : MARK_AT + 4] == MARK:
        return False
    return _is_upx(source) or looks_like_noise(source.view()) or is_filled_later(source.view())


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The program as it was before it was packed by UPX.

    Raises:
        Unreadable: packed, where it cannot be unpacked here.
    """
    budget.spend_items()
    if not _is_upx(source):
        reason = "Its code is packed or encrypted and unpacks itself when it starts; what it does was not seen."
        raise Unreadable(Cause.PACKED, reason)
    program = shutil.which("upx")
    if program is None:
        reason = "It is packed by UPX; to let frscan look into it, install the program upx and scan again."
        raise Unreadable(Cause.PACKED, reason)
    name = Jail().admit("(unpacked)")
    yield Member(name=name.text, kind="file", size=source.size, chunks=partial(_unpacked, source, program, budget))


def _is_upx(source: Source) -> bool:
    """The mark stands behind the headers, and in the last bytes but for what was appended."""
    if _UPX not in source.head and _UPX not in bytes(source.view(max(0, source.size - _UPX_TAIL_BYTES))):
        return False
    return bool(code_parts(source.view()))


def _unpacked(source: Source, program: str, budget: Budget) -> Iterator[bytes]:
    """The program as it was, in pieces; raises `Unreadable` (packed) where upx cannot unpack it."""
    with tempfile.TemporaryDirectory(prefix="frscan-") as folder:
        packed, unpacked = Path(folder, "packed"), Path(folder, "unpacked")
        budget.spend_bytes(source.size)
        with packed.open("wb") as file:
            file.write(source.view())
        packed.chmod(0o600)
        _run(program, packed, unpacked)
        with unpacked.open("rb") as stream:
            while piece := stream.read(_PIECE_BYTES):
                budget.spend_bytes(len(piece))
                yield piece


def _run(program: str, packed: Path, unpacked: Path) -> None:
    """Let upx read one file and write the other; raises `Unreadable` (packed) if it does not come to an end."""
    command = [program, "-d", "-q", "-q", "-o", unpacked.name, packed.name]
    environment = {"PATH": os.defpath, "TMPDIR": str(packed.parent), "LC_ALL": "C"}
    try:
        with subprocess.Popen(  # noqa: S603  (upx reads the file; nothing of the target is run)
            command, cwd=packed.parent, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            try:
                _limit(process.pid)
                process.wait(_SECONDS)
            except BaseException:
                process.kill()
                raise
    except (subprocess.TimeoutExpired, OSError) as error:
        raise Unreadable(Cause.PACKED, "It is packed by UPX, and unpacking it took too long.") from error
    if process.returncode not in _DONE or not unpacked.is_file() or unpacked.is_symlink():
        raise Unreadable(Cause.PACKED, "It is packed by UPX or a relative of it, and upx could not unpack it.")


def _limit(process: int) -> None:
    """Bound what the program may write and use, where the system can; elsewhere only its time is bounded."""
    try:
        import resource

        for kind, value in (
            (resource.RLIMIT_FSIZE, _MOST_BYTES),
            (resource.RLIMIT_AS, _MEMORY_BYTES),
            (resource.RLIMIT_CPU, _SECONDS),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.prlimit(process, kind, (value, value))
    except (ImportError, AttributeError, OSError, ValueError):
        return
