"""7z archives that 7-Zip made, of every method, and what hostile hands make of them.

`ARCHIVES` were made by 7-Zip 26.02 from the files that `CONTENTS` describes, as in
`7z a -snl -mtm=off -mhc=off -m0=lzma2 lzma2.7z .`; the others with `-m0=bcj -m1=lzma`, `-m0=bcj2 -m1=lzma -m2=lzma
-m3=lzma -mb0:1 -mb0s1:2 -mb0s2:3`, `-m0=delta:4 -m1=lzma`, `-p… -mhe=on` and so on.
"""

import base64
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.containers import sevenzip
from tests.budgets import CountingBudget
from tests.containers.opening import assert_it_survives, damaged, opened
from tests.sources import BytesSource

TEXT = b"All the faces of a city. " * 9


def program() -> bytes:
    """Calls and jumps, of which the filters for x86 programs take the targets."""
    out = b"MZ"
    for _ in range(40):
        targets = (struct.pack("<i", target - len(out)) for target in (1000, 5000, 300))
        out += b"".join(opcode + next(targets) for opcode in (b"\x90\x0f\x84", b"\xe8", b"\xe9"))
    return out


ARCHIVES = {
    "lzma": (
        "N3q8ryccAAT0PbeUjwAAAAAAAAAhAAAAAAAAAEJH9gwAIJssQHQ0GM/j5a87zGrdbx/nbk3uWQcnnVXW8dOxDrWr+8kAAIEzB64P0Es5PJ8/"
        "R0Fc9mccFgVYhojfMT/XhKggDF4bWv27MV32WQ4RCSsoGuHUXHqae3oZiQyJdfSp9tuP1nD+x1GBdQ5YyTYp5SS9jG0XnTUq1Vh3DOtEhXDw"
        "Ng2h/D2S8Cq2eWoAABcGJAEJawAHCwEAASMDAQEFXQAQAAAMgIIKAdm0QYEAAA=="
    ),
    "lzma2": (
        "N3q8ryccAAQofyt+DQEAAAAAAAC2AAAAAAAAALPQ2sbgA5IBBV0AIJssQHQ0GM/j5a87zGrdbx/nbk3uWQcnnVXW8dNxpTzIPUSGDJJCDlGU"
        "8n3WTYOSxASLF1gFxF2e0U+Frot5i9l05r8llx55am8x3hf4z2H2HDy0BrciNnI8yvVU07cI/6XC2PsEJ/PzmL+mHK+m1SNsTOo7Et0qZ7zK"
        "xPru0hsH6SNo83qRmVNFm5iIcPgH22Z6ObwIzqVMq8ip6FmNsn4JgNYI1DRaQ6PD/FNN5RALD5h859qjo9fb7+uqNn0jrm/CdeqG9IU5Cgph"
        "//xgV7CkyxcAfXnYhCp5wD3k+/Q5PgeHsH3LI/8WEBFY/I/hySDayH/19MsV959Ee5/XjzpLoSQ4AAEEBgABCYENAAcLAQABISEBAAyDkwAI"
        "DQQJgOGCqgMKAVuHbU/WvrUiZorKEbr368EAAAUHDgHgDwEgGQARUwBkAAAAZQBtAHAAdAB5AAAAegBlAHIAbwAAAGEALgB0AHgAdAAAAGMA"
        "YQBsAGwALgBlAHgAZQAAAGQALwBiAC4AdAB4AHQAAABzAG8AZgB0AAAAGQAVHgEAEIDtQRCA7UEggKSBIICkgSCApIEggKSBIID/oQAA"
    ),
    "bcj": (
        "N3q8ryccAATxGi27ZQAAAAAAAABeAAAAAAAAAGNU1wYAJpaOcOzBiXBMScTsLoSJ7J9F/sEpj/Y7rVb2JzoFFCSO2BdJKcnV2Q4t7BIF15aB"
        "HYGpcIvJuCzQCzqJESj5fUKHyvAThY0je7py+nC68cXtXtvzYYMDUh1ZgeMD1e27D7/gxgEEBgABCWUABwsBAAIjAwEBBV0AEAAABAMDAQMB"
        "AAyCqoKqAAgKAda+tSIAAAUBGQwAAAAAAAAAAAAAAAAREwBjAGEAbABsAC4AZQB4AGUAAAAZABUGAQAggKSBAAA="
    ),
    "bcj2": (
        "N3q8ryccAAToGfhCvgAAAAAAAAB+AAAAAAAAAA+U3ysAJpaOcOzBiXBMScS7GmSJ8No78kxJIOTc4a1C5Y/S6F2hNGwqt55DtIgjTVXEzRDb"
        "FLb0q9YmGIx2nIqZQrTn4JGCB27zQQMlCJ7c2TxRzZi7BuOraHzDiIPG/feFy/rHckbTO93pDrfA9HCazcCnDme1SCyX/Afh811Of0y6vlHC"
        "AK+P3361g0BagaLDhmKSiRRFWRxW1s+p3gK5+xLC3AAAJM6v9l4RSE9JfkEAAAAAAAAAYAMDWfsxlAAAAQQGAAQJgKIMBQsABwsBAAQjAwEB"
        "BV0AEAAAIwMBAQVdABAAACMDAQEFXQAQAAAUAwMBGwQBBQAEAQMCAgYBAAyAoACCCoKqAAgKAda+tSIAAAUBGQcAAAAAAAAAERMAYwBhAGwA"
        "bAAuAGUAeABlAAAAGQAVBgEAIICkgQAA"
    ),
    "bzip2": (
        "N3q8ryccAATJiHbOUAAAAAAAAABGAAAAAAAAADRYEuhCWmg5MUFZJlNZe59DFwAAH5WAQAEgACtkjCAgAEBSqTJ+qHo1CAABxGR1GR3Go3Hx"
        "GRkeo1Go8jmNxzH2PI6juOI3GR/F3JFOFCQe59DFwAEEBgABCVAABwsBAAEDBAICDIDhAAgKAVuHbU8AAAUBGQsAAAAAAAAAAAAAABENAGEA"
        "LgB0AHgAdAAAABUGAQAggKSBAAA="
    ),
    "deflate": (
        "N3q8ryccAAQj1F7BKQAAAAAAAABGAAAAAAAAALIHJ8DdybEJADAIAMFVfoLskFFElASEFLFxe/fw2tsR5DFc1D7PEfRmLaZEAwEEBgABCSkA"
        "BwsBAAEDBAEIDIDhAAgKAVuHbU8AAAUBGQsAAAAAAAAAAAAAABENAGEALgB0AHgAdAAAABUGAQAggKSBAAA="
    ),
    "delta": (
        "N3q8ryccAASceA+AJwAAAAAAAABWAAAAAAAAAA4gLoMAIJssQDN+SmueO/D45mylV8EHrhg0s/yKjzhFWOmpNj861mVgAAABBAYAAQknAAcL"
        "AQACIwMBAQVdABAAACEDAQMBAAyA4YDhAAgKAVuHbU8AAAUBGQ0AAAAAAAAAAAAAAAAAEQ0AYQAuAHQAeAB0AAAAFQYBACCApIEAAA=="
    ),
    "ppmd": (
        "N3q8ryccAAQOn82BIAAAAAAAAABGAAAAAAAAADqxEWgAQS0aNluurg2DJqbtytszlYxSn8UhVXGBwEwAAAAAAAEEBgABCSAABwsBAAEjAwQB"
        "BQYAAAEADIDhAAgKAVuHbU8AAAUBGQUAAAAAABENAGEALgB0AHgAdAAAABUGAQAggKSBAAA="
    ),
    "locked": (
        "N3q8ryccAARsOOEeMAAAAAAAAABWAAAAAAAAAIHdbDRe+FaKzSosItGMMSNoGas9LSsiv7xbmvhfg7R+KD4NGepxs5j2XvBgr5ATpiXVd/kB"
        "BAYAAQkwAAcLAQACJAbxBwESUw83qvNCyAFu9MHfWz9GIa6RISEBAAEADCiA4QAICgFbh21PAAAFARkAEQ0AYQAuAHQAeAB0AAAAFQYBACCA"
        "pIEAAA=="
    ),
    "hidden": (
        "N3q8ryccAAQ2O8UHkAAAAAAAAAAuAAAAAAAAAHAZQ6T2Mlc5oop6jWwTFucYya+myvQx03q32PxAuab8wAIgO1D8MUiMMe8deCodYfY/HW7y"
        "quPtLt0jiaE+PrZGpge5kpSiEPap4qqhBzcFpJPqa1G02c4fd8zjwAgq2Uy9E1X5zp/XFl6vMjZQX3rWcA/YTXI10gYn1EkeLolwyYoYY3n9"
        "cxTnEFl9I10n0nEnYWwXBjABCWAABwsBAAEkBvEHARJTD0VDUGetsEVv01ahyPPBzQ8MVgoBJZAzCgAA"
    ),
}


def archive(name: str) -> bytes:
    return base64.b64decode(ARCHIVES[name])


CONTENTS = {
    "lzma": {"a.txt": TEXT, "d/b.txt": b"two", "zero": b""},
    "lzma2": {"a.txt": TEXT, "call.exe": program(), "d/b.txt": b"two", "zero": b""},
    "bcj": {"call.exe": program()},
    "bcj2": {"call.exe": program()},
    "bzip2": {"a.txt": TEXT},
    "deflate": {"a.txt": TEXT},
    "delta": {"a.txt": TEXT},
}


@pytest.mark.parametrize("name", CONTENTS)
def test_each_method_gives_back_the_files(name):
    found = opened(sevenzip, archive(name))
    assert {n: found.contents[n] for n, kind in found.kinds().items() if kind == "file"} == CONTENTS[name]
    assert not found.problems


def test_links_and_folders_are_no_files():
    kinds = opened(sevenzip, archive("lzma2")).kinds()
    assert (kinds["soft"], kinds["d"], kinds["empty"], kinds["zero"]) == ("link", "folder", "folder", "file")


def test_files_can_be_read_in_any_order():
    found = list(sevenzip.members(BytesSource("a.7z", archive("lzma2")), CountingBudget()))
    contents = {member.name: b"".join(member.chunks()) for member in reversed(found) if member.kind == "file"}
    assert contents == CONTENTS["lzma2"]


def test_a_file_that_is_left_half_read_does_not_spoil_the_next():
    contents = {}
    for member in sevenzip.members(BytesSource("a.7z", archive("lzma2")), CountingBudget()):
        if member.name == "call.exe":
            next(member.chunks())
        elif member.kind == "file":
            contents[member.name] = b"".join(member.chunks())
    assert contents["d/b.txt"] == b"two"


def test_an_encrypted_file_is_told():
    assert opened(sevenzip, archive("locked")).causes() == {"a.txt": "encrypted"}


def test_an_encrypted_list_of_files_is_told():
    assert opened(sevenzip, archive("hidden")).causes() == {"": "encrypted"}


def test_a_method_that_is_not_read_is_named():
    found = opened(sevenzip, archive("ppmd"))
    assert found.causes() == {"a.txt": "unsupported"}
    assert "PPMd" in found.problems["a.txt"].reason


@pytest.mark.parametrize("name", ["lzma2", "lzma"])
def test_every_cut_says_that_the_list_is_missing(name):
    data = archive(name)
    assert all(opened(sevenzip, data[:length]).causes() == {"": "damaged"} for length in range(len(data)))


def test_a_damaged_stream_keeps_the_rest_of_the_list():
    data = bytearray(archive("lzma2"))
    data[60] ^= 0xFF
    found = opened(sevenzip, bytes(data))
    assert set(found.contents) >= set(CONTENTS["lzma2"])
    assert "damaged" in found.causes().values()


def with_header(header: bytes, packed: bytes = b"") -> bytes:
    start = struct.pack("<2QI", len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(start)) + start + packed + header


def test_an_empty_archive_holds_nothing():
    assert opened(sevenzip, with_header(b"")) == ([], {}, {})


NUMBER = b"\xff" + b"\xff" * 8


@pytest.mark.parametrize(
    ("header", "cause"),
    [
        (b"\1\5" + NUMBER, "damaged"),
        (b"\1\5\xe0\xff\xff\xff\x0f", "limit"),
        (b"\1\4\6\0\xe0\xff\xff\xff\x0f", "limit"),
        (b"\1\4\7\x0b\xe0\xff\xff\xff\x0f\0", "limit"),
        (b"\1\4\7\x0b\1\0\x20", "damaged"),
        (b"\x17\0", "damaged"),
        (b"\x42", "damaged"),
    ],
)
def test_a_header_that_claims_too_much_is_not_believed(header, cause):
    found = opened(sevenzip, with_header(header), budget=CountingBudget(items=10_000))
    assert found.causes() == {"": cause}


def copied(folder: bytes, sizes: bytes, packed: bytes) -> bytes:
    """An archive of one file `a` in one folder."""
    pack = b"\6\0\1\x09" + bytes([len(packed)]) + b"\0"
    streams = b"\4" + pack + b"\7\x0b\1\0" + folder + b"\x0c" + sizes + b"\0\0"
    return with_header(b"\1" + streams + b"\5\1\x11\5\0a\0\0\0\0\0", packed)


def test_a_stored_file_is_read():
    assert opened(sevenzip, copied(b"\1\1\0", b"\4", b"face")).contents == {"a": b"face"}


def test_a_file_that_claims_more_than_is_packed_is_cut():
    found = opened(sevenzip, copied(b"\1\1\0", b"\x90\xff", b"face"))
    assert found.contents == {"a": b"face"}
    assert found.causes() == {"a": "damaged"}


def test_a_file_that_unpacks_to_gigabytes_stops_at_the_budget():
    zeros = zlib.compressobj(9, wbits=-15)
    bomb = zeros.compress(bytes(64 << 10)) + zeros.flush()
    found = opened(sevenzip, copied(b"\1\3\4\1\x08", b"\xe0\0\0\1", bomb), budget=CountingBudget(bytes=10_000))
    assert found.causes() == {"a": "limit"}


def test_a_dictionary_of_gigabytes_is_not_allocated():
    folder = b"\1\x23\3\1\1\5\x5d\xff\xff\xff\xff"
    found = opened(sevenzip, copied(folder, b"\xf0\0\0\0\x40", b"face"))
    assert found.causes() == {"a": "limit"}


def test_coders_that_feed_each_other_are_never_asked():
    circle = b"\3\1\0\1\0\1\0\0\1\1\0"  # input 0 from coder 1, input 1 from coder 0
    assert opened(sevenzip, copied(circle, b"\4\4\4", b"face")).contents == {"a": b"face"}


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damage_gives_members_or_a_reason(data):
    whole = archive(data.draw(st.sampled_from(list(ARCHIVES))))
    offset, size = struct.unpack_from("<2Q", whole, 12)
    header = data.draw(damaged(whole[32 + offset : 32 + offset + size]))
    packed = data.draw(damaged(whole[32 : 32 + offset])) if offset else b""
    assert_it_survives(sevenzip, with_header(header, packed))  # the checksum fits, so that the parser is reached


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_anywhere_gives_members_or_a_reason(data):
    assert_it_survives(sevenzip, data.draw(damaged(archive(data.draw(st.sampled_from(list(ARCHIVES)))))))


def test_a_stream_that_was_left_lets_go_of_its_decoder():
    streams = b"\4\6\0\2\x09\4\4\0\7\x0b\2\0" + b"\1\1\0" * 2 + b"\x0c\4\4\0\0"
    data = with_header(b"\1" + streams + b"\5\2\x11\x09\0a\0\0\0b\0\0\0\0\0", b"facemore")
    listed = sevenzip.members(BytesSource("a.7z", data), CountingBudget())
    first = next(listed)
    assert b"".join(first.chunks()) == b"face"
    unpacking = first.chunks.func.__self__  # what holds the decoder
    assert unpacking._at == 4
    assert b"".join(next(listed).chunks()) == b"more"
    assert unpacking._at is None
    assert b"".join(first.chunks()) == b"face"
