"""Joined: the pieces of a mapped file side by side in memory, without a copy.

The files of a disk image often lie there in several extents, and readers want them in one. Linux maps the pages of a
shared mapping once more at a place of choice (mremap(2) with an old size of 0), so that an extent costs a call and not
its bytes; a temporary file costs 0.6 s/GB more. Elsewhere, and wherever it cannot be had, the caller copies.
"""

import ctypes
import mmap
import sys
import weakref
from collections.abc import Sequence
from functools import cache
from typing import Any

from scanner.containers.disks import is_of_zeros

_MOST_PIECES = 4096
"""The system holds 65,530 mappings for a process, if nobody said otherwise."""
_MAY_MOVE, _IS_FIXED = 1, 2  # MREMAP_MAYMOVE, MREMAP_FIXED: sys/mman.h
_TRIED_BYTES = 512
_FAILED = ctypes.c_void_p(-1).value


class _Buffer(ctypes.Structure):
    """Py_buffer, of which only the address is wanted."""

    _fields_ = (
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.c_void_p),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    )


def joined(pieces: Sequence[memoryview]) -> memoryview | None:
    """All pieces as one; None where not all of them are whole pages of mapped files, or zeros."""
    if sys.platform != "linux" or len(pieces) > _MOST_PIECES or not all(map(_may_be_mapped, pieces)):
        return None
    if any(len(piece) % mmap.PAGESIZE for piece in pieces[:-1]):
        return None
    size = sum(map(len, pieces))
    room = _whole_pages(size)
    base = _libc().mmap(None, room, mmap.PROT_READ, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    if base in (None, _FAILED):
        return None
    at = base
    for piece in pieces:
        if not is_of_zeros(piece) and not _maps_again(piece, at):
            _libc().munmap(base, room)
            return None
        at += len(piece)
    held = (ctypes.c_char * size).from_address(base)
    weakref.finalize(held, _libc().munmap, base, room).atexit = False  # the last view of it keeps it
    return memoryview(held).cast("B").toreadonly()


def _may_be_mapped(piece: memoryview) -> bool:
    return isinstance(piece.obj, mmap.mmap) or is_of_zeros(piece)


def _whole_pages(size: int) -> int:
    return -(-size // mmap.PAGESIZE) * mmap.PAGESIZE


def _maps_again(piece: memoryview, at: int) -> bool:
    start = _address_of(piece)
    if start % mmap.PAGESIZE:
        return False
    found: int | None = _libc().mremap(start, 0, _whole_pages(len(piece)), _MAY_MOVE | _IS_FIXED, at)
    # Whoever only plays Linux might say so and have done nothing: then all that was to be read would be zeros.
    tried = bytes(piece[:_TRIED_BYTES])
    return found == at and ctypes.string_at(at, len(tried)) == tried


def _address_of(piece: memoryview) -> int:
    held = _Buffer()
    ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(piece), ctypes.byref(held), 0)
    ctypes.pythonapi.PyBuffer_Release(ctypes.byref(held))
    return held.buf or 0


@cache
def _libc() -> Any:  # Any: the types do not say what a library holds
    libc = ctypes.CDLL(None, use_errno=True)
    where, length, flags = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    libc.mmap.restype, libc.mmap.argtypes = where, (where, length, flags, flags, flags, ctypes.c_long)
    libc.mremap.restype, libc.mremap.argtypes = where, (where, length, length, flags, where)
    libc.munmap.restype, libc.munmap.argtypes = flags, (where, length)
    return libc
