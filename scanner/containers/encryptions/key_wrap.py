"""Keys wrapped in keys, as Apple's volumes keep them.

Specification: RFC 3394, 2.2.2.
"""

from scanner.containers.libraries import library

_HALF = 8
_CHECK = b"\xa6" * _HALF


def unwrapped(key: bytes, wrapped: bytes) -> bytes:
    """The key inside; empty if it was wrapped by another one. Raises ValueError for sizes that no key has."""
    aes = library("Crypto.Cipher.AES")
    cipher = aes.new(key, aes.MODE_ECB)
    check, *parts = (wrapped[at : at + _HALF] for at in range(0, len(wrapped), _HALF))
    for turn in range(6 * len(parts), 0, -1):
        place = (turn - 1) % len(parts)
        mixed = int.from_bytes(check, "big") ^ turn
        block = cipher.decrypt(mixed.to_bytes(_HALF, "big") + parts[place])
        check, parts[place] = block[:_HALF], block[_HALF:]
    return b"".join(parts) if check == _CHECK else b""
