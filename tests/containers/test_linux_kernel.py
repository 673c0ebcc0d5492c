"""Linux kernels: the compressed part is found by the header."""

import gzip
import lzma
import struct

from hypothesis import given, settings

from scanner.containers import linux_kernel, packed
from tests.containers.opening import assert_it_survives, damaged, opened
from tests.sources import BytesSource

CONTENT = b"the kernel itself" * 100


def kernel(payload: bytes, version: int = 0x20F) -> bytes:
    setup = bytearray(1024)
    setup[0x1F1] = 1
    setup[0x1FE:0x200] = b"\x55\xaa"
    setup[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", setup, 0x206, version)
    struct.pack_into("<II", setup, 0x248, 64, len(payload))
    return bytes(setup) + bytes(64) + payload + b"behind"


def test_the_compressed_kernel_is_a_member_without_the_length_behind_it():
    xz = lzma.compress(CONTENT)
    assert opened(linux_kernel, kernel(xz + struct.pack("<I", len(CONTENT)))).contents == {"(kernel)": xz}
    gz = gzip.compress(CONTENT, mtime=0)
    assert opened(linux_kernel, kernel(gz)).contents == {"(kernel)": gz}


def test_an_old_kernel_is_reported_as_not_read():
    assert opened(linux_kernel, kernel(b"\x1f\x8b", version=0x204)).causes() == {"": "unsupported"}


def test_a_kernel_is_not_taken_for_a_packed_program():
    assert not packed.confirms(BytesSource("vmlinuz", b"MZ" + kernel(b"UPX!")[2:]))


@settings(max_examples=100, deadline=None)
@given(data=damaged(kernel(b"\x1f\x8b")))
def test_damaged_kernels_are_survived(data):
    assert_it_survives(linux_kernel, data)
