"""Keys of encrypted volumes, which are given in files so that no list of processes shows them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.exits import refuse

_LARGEST = 8 << 20
KeyFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--key-file", metavar="FILE", help="A key or passphrase of encrypted volumes (BitLocker, LUKS …); may repeat."
    ),
]


def keys_in(paths: Iterable[Path] | None) -> tuple[bytes, ...]:
    """What the files hold; exits 2 if one cannot be read."""
    return tuple(map(_key, paths or ()))


def _key(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        refuse(f"--key-file: {path}: it could not be read ({error.strerror}).")
