"""BCJ2, the filter that 7-Zip puts before strong compression of x86 programs: four streams become one.

The main stream lacks the targets of calls and jumps; these stand in two streams of their own, and a fourth, of an
adaptive binary range coder, says which opcodes had theirs taken out. Specification: `Bcj2.c` of the LZMA SDK.
"""

import re
from collections.abc import Iterator

from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

_BRANCH = re.compile(rb"[\xe8\xe9]|(?<=\x0f)[\x80-\x8f]")
_CALL, _JUMP = 0xE8, 0xE9
_TOP = 1 << 24
_ALL_ONES = 0xFFFFFFFF
_FULL, _SHIFT, _SLOWNESS = 2048, 11, 5
_PIECE_BYTES = 128 << 10
"""Of the main stream; five times as much may come out."""


class _Bytes:
    """A stream from which a few bytes are taken at a time."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = b""
        self._at = 0

    def take(self, count: int) -> bytes:
        while len(self._held) - self._at < count:
            piece = next(self._pieces, b"")
            if not piece:
                raise Unreadable(Cause.DAMAGED, "Its compressed data ends early; what came before was read.")
            self._held = self._held[self._at :] + piece
            self._at = 0
        self._at += count
        return self._held[self._at - count : self._at]


class _Decisions:
    """The range coder: one yes or no for each branch, with a probability for each kind of branch."""

    def __init__(self, coded: _Bytes) -> None:
        self._coded = coded
        self._range = _ALL_ONES
        self._code = int.from_bytes(coded.take(5), "big") & _ALL_ONES
        self._odds = [_FULL // 2] * 258

    def next(self, kind: int) -> bool:
        odds = self._odds[kind]
        bound = (self._range >> _SHIFT) * odds
        is_taken_out = self._code >= bound
        if is_taken_out:
            self._range -= bound
            self._code -= bound
            self._odds[kind] = odds - (odds >> _SLOWNESS)
        else:
            self._range = bound
            self._odds[kind] = odds + ((_FULL - odds) >> _SLOWNESS)
        if self._range < _TOP:
            self._range = self._range << 8 & _ALL_ONES
            self._code = (self._code << 8 | self._coded.take(1)[0]) & _ALL_ONES
        return is_taken_out


def joined(streams: list[Iterator[bytes]], size: int) -> Iterator[bytes]:
    """Yield the program's bytes, at most 1 MiB at a time, from its main, call, jump and decision streams.

    Raises:
        Unreadable: A stream ends early, or what it comes from is damaged.
    """
    joining = _Joining(*streams)
    made = 0
    for piece in streams[0]:
        for start in range(0, len(piece), _PIECE_BYTES):
            out = joining.join(piece[start : start + _PIECE_BYTES], made, size)
            yield out[: size - made]
            made += len(out)
            if made >= size:
                return


class _Joining:
    """Puts targets back where they were, piece by piece of the main stream."""

    def __init__(self, _main: Iterator[bytes], calls: Iterator[bytes], jumps: Iterator[bytes], coded: Iterator[bytes]):
        self._calls, self._jumps = _Bytes(calls), _Bytes(jumps)
        self._decisions = _Decisions(_Bytes(coded))
        self._before = 0
        """The last byte made."""

    def join(self, piece: bytes, made: int, size: int) -> bytes:
        """The piece with its targets; `made` bytes came before, and what comes behind `size` is not asked for."""
        out = bytearray()
        at = 0
        while (found := _branch(piece, at, self._before)) is not None:
            out += piece[at : found + 1]
            opcode, previous = piece[found], piece[found - 1] if found > at else self._before
            at, self._before = found + 1, opcode
            if made + len(out) >= size:
                return bytes(out)
            if self._decisions.next({_CALL: previous, _JUMP: 256}.get(opcode, 257)):
                targets = self._calls if opcode == _CALL else self._jumps
                distance = int.from_bytes(targets.take(4), "big") - (made + len(out) + 4) & _ALL_ONES
                out += distance.to_bytes(4, "little")
                self._before = distance >> 24
        out += piece[at:]
        self._before = piece[-1] if at < len(piece) else self._before
        return bytes(out)


def _branch(piece: bytes, at: int, before: int) -> int | None:
    """Where the next opcode of a branch ends that may have had its target taken out."""
    if at >= len(piece):
        return None
    if piece[at] in (_CALL, _JUMP) or (before == 0x0F and piece[at] & 0xF0 == 0x80):
        return at
    found = _BRANCH.search(piece, at + 1)
    return found.start() if found else None
