"""Protocol buffers written by hand, for tiny networks in tests."""

from collections.abc import Iterable

Value = int | str | bytes | float


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number: int, value: Value) -> bytes:
    """One field: a number as varint, text or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else bytes(value)  # type: ignore[arg-type]  # floats are not used
    return varint(number << 3 | 2) + varint(len(data)) + data


def message(*fields: tuple[int, Value]) -> bytes:
    return b"".join(field(number, value) for number, value in fields)


def repeated(number: int, values: Iterable[Value]) -> bytes:
    return b"".join(field(number, value) for value in values)
