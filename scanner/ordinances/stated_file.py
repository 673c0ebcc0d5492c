"""Files in which people state something: read whole, up to a size, with a sentence for everything that goes wrong."""

import tomllib
from pathlib import Path


def text_of(path: Path, most_bytes: int, wrong: type[Exception]) -> str:
    """The text of a file, which is UTF-8 with or without a byte order mark. Raises `wrong` with the file's name."""
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as error:
        raise wrong(f"{path}: cannot be read: {error.strerror or 'unknown reason'}.") from error
    if len(content) > most_bytes:
        raise wrong(f"{path}: is larger than such a file can be ({most_bytes >> 20} MiB).")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise wrong(f"{path}: is not valid UTF-8; save it as “UTF-8”.") from error


def toml_of(path: Path, most_bytes: int, wrong: type[Exception]) -> dict[str, object]:
    """What a TOML file says. Raises `wrong` with the file's name."""
    try:
        return tomllib.loads(text_of(path, most_bytes, wrong))
    except tomllib.TOMLDecodeError as error:
        raise wrong(f"{path}: is not valid TOML: {error}.") from error
