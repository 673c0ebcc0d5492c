"""What the coders of a 7z archive do, chained: each turns a stream of pieces into another.

liblzma's branch filters hold the last bytes back where LZMA, which marks no end in 7z, stands behind them. So each
coder runs by itself, and what a filter is fed is wrapped as LZMA2 that is not compressed.
"""

import bz2
import lzma
import struct
from collections.abc import Callable, Iterator
from functools import partial

from scanner.containers.bcj2 import joined
from scanner.containers.sevenzip_cursor import damaged
from scanner.containers.sevenzip_header import SIGNATURE_HEADER_BYTES, Coder, Folder, Streams
from scanner.containers.streams import LARGEST_DICTIONARY, ZSTANDARD, Decoder, Inflater, fed, windows
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

_SMALLEST_DICTIONARY = 4096
_CHUNK_BYTES = 64 << 10
_BCJ2 = b"\x03\x03\x01\x1b"
_AES = (b"\x06\xf1\x07\x01", b"\x06\xf1\x07\x00")
_DELTA = b"\x03"
_BRANCHES = {
    b"\x03\x03\x01\x03": lzma.FILTER_X86, b"\x04": lzma.FILTER_X86,
    b"\x03\x03\x02\x05": lzma.FILTER_POWERPC, b"\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x04\x01": lzma.FILTER_IA64, b"\x06": lzma.FILTER_IA64,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM, b"\x07": lzma.FILTER_ARM,
    b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB, b"\x08": lzma.FILTER_ARMTHUMB,
    b"\x03\x03\x08\x05": lzma.FILTER_SPARC, b"\x09": lzma.FILTER_SPARC,
}  # fmt: skip
_NOT_READ = {
    b"\x03\x04\x01": "PPMd", b"\x04\x01\x09": "Deflate64", b"\x04\xf7\x11\x02": "Brotli", b"\x04\xf7\x11\x04": "LZ4",
    b"\x0a": "the filter for ARM64 programs", b"\x0b": "the filter for RISC-V programs",
}  # fmt: skip


def packed_inputs(data: memoryview, streams: Streams) -> Iterator[tuple[Folder, dict[int, memoryview]]]:
    """Yield each folder with the bytes in the archive for those of its inputs that take any."""
    sizes = iter(streams.packed_sizes)
    start = SIGNATURE_HEADER_BYTES + streams.start
    for folder in streams.folders:
        inputs: dict[int, memoryview] = {}
        for needed in folder.packed:
            size = next(sizes, None)
            if size is None:
                raise damaged()
            inputs[needed] = data[start : start + size]
            start += size
        yield folder, inputs


def folder_stream(folder: Folder, inputs: dict[int, memoryview]) -> Iterator[bytes]:
    """Yield what a folder unpacks to, in pieces of at most 1 MiB that no budget has counted yet.

    Raises:
        Unreadable: It is encrypted, damaged, of a method that is not read, or needs too much memory.
    """
    if any(coder.method in _AES for coder in folder.coders):
        raise Unreadable(Cause.ENCRYPTED, "It is encrypted; its content was not examined.")
    yield from _sized(_output(folder, inputs, folder.last, len(folder.coders)), folder.size)


def _output(folder: Folder, packed: dict[int, memoryview], number: int, levels: int) -> Iterator[bytes]:
    """What a coder makes of its inputs, each from the archive or from another coder."""
    if levels <= 0:  # more steps than coders: they feed each other in a circle
        raise damaged()
    first = sum(coder.inputs for coder in folder.coders[:number])
    coder, size = folder.coders[number], folder.sizes[number]
    inputs: list[Iterator[bytes]] = []
    for needed in range(first, first + coder.inputs):
        bond = folder.bonds.get(needed)
        if bond is None:
            inputs.append(windows(packed[needed]))
        elif bond < len(folder.coders):
            inputs.append(_output(folder, packed, bond, levels - 1))
        else:
            raise damaged()
    if coder.method == _BCJ2 and len(inputs) == 4:
        return joined(inputs, size)
    if len(inputs) != 1:
        raise _not_read(coder)
    return _decoded(coder, inputs[0], size)


def _decoded(coder: Coder, pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    if coder.method in (b"", b"\0"):
        return pieces
    if coder.method in _BRANCHES:
        return _filtered({"id": _BRANCHES[coder.method]}, pieces, size)
    if coder.method == _DELTA:
        return _filtered({"id": lzma.FILTER_DELTA, "dist": (coder.properties or b"\0")[0] + 1}, pieces, size)
    make = _DECODERS.get(coder.method)
    if make is None:
        raise _not_read(coder)
    return fed(make(coder.properties, size), pieces, size)


def _not_read(coder: Coder) -> Unreadable:
    name = _NOT_READ.get(coder.method, f"the method {coder.method.hex()}")
    return Unreadable(Cause.UNSUPPORTED, f"It is compressed by {name}, which is not read.")


def _sized(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """No more than the size that the archive claims."""
    for piece in pieces:
        yield piece[:size]
        size -= len(piece)
        if size <= 0:
            return


def _filtered(step: dict[str, int], pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    filters = [step, {"id": lzma.FILTER_LZMA2, "dict_size": _CHUNK_BYTES}]
    return fed(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters), _wrapped(pieces, size), size)


def _wrapped(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Pieces as LZMA2 chunks without compression: control byte, length less one, bytes; at the end a zero."""
    control = 1  # the first one resets the dictionary
    for piece in pieces:
        for start in range(0, min(len(piece), size), _CHUNK_BYTES):
            chunk = piece[start : min(start + _CHUNK_BYTES, size)]
            yield struct.pack(">BH", control, len(chunk) - 1) + chunk
            control = 2
        size -= len(piece)
        if size <= 0:
            break
    yield b"\0"


def _dictionary(claimed: int, size: int) -> int:
    """No more than the content's size is ever looked back on, whatever is claimed."""
    needed = max(_SMALLEST_DICTIONARY, min(claimed, size))
    if needed > LARGEST_DICTIONARY:
        raise Unreadable(Cause.LIMIT, f"Reading it would take {needed} bytes of memory at once.")
    return needed


def _lzma1(properties: bytes, size: int) -> Decoder:
    if len(properties) < 5 or properties[0] >= 225:
        raise damaged()
    first, claimed = struct.unpack_from("<BI", properties)
    return _raw(
        {
            "id": lzma.FILTER_LZMA1,
            "dict_size": _dictionary(claimed, size),
            "lc": first % 9,
            "lp": first // 9 % 5,
            "pb": first // 45,
        }
    )


def _lzma2(properties: bytes, size: int) -> Decoder:
    bits = properties[0] if properties else 0
    if bits > 40:
        raise damaged()
    claimed = 0xFFFFFFFF if bits == 40 else (2 | bits & 1) << (bits // 2 + 11)
    return _raw({"id": lzma.FILTER_LZMA2, "dict_size": _dictionary(claimed, size)})


def _raw(step: dict[str, int]) -> Decoder:
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[step])
    except (lzma.LZMAError, ValueError) as error:
        raise damaged() from error


def _plain(make: Callable[[], Decoder], _properties: bytes, _size: int) -> Decoder:
    return make()


_DECODERS: dict[bytes, Callable[[bytes, int], Decoder]] = {
    b"\x03\x01\x01": _lzma1,
    b"\x21": _lzma2,
    b"\x04\x02\x02": partial(_plain, bz2.BZ2Decompressor),
    b"\x04\x01\x08": partial(_plain, partial(Inflater, -15)),
    b"\x04\xf7\x11\x01": partial(_plain, ZSTANDARD.decoder),
}
