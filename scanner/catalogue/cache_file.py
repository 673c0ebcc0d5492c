"""Cache files on disk: what was expensive to make, kept under a key, never trusted without its digest.

A cache only ever spares work. Whatever is wrong with it (no such folder, no space, another person's folder, a
truncated or altered file) reads as "not there". The digest is checked before a byte is decoded, because some of what
is kept here (compiled byte rules) makes its engine crash when it is damaged.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from blake3 import blake3

_MAGIC = b"frscan cache 2\n"
_DIGEST_BYTES = 32
_LIMIT_BYTES = 256 * 1024 * 1024
_KEPT = 16
"""Files of one suffix that stay when a new one is written; the oldest go first."""


def cache_folder() -> Path:
    """Where cache files lie: `FRSCAN_CACHE_DIR` if set, else the system's place for the user's caches."""
    named = os.environ.get("FRSCAN_CACHE_DIR")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("frscan", appauthor=False))


def read_cached(key: str, suffix: str) -> bytes | None:
    """The bytes kept under the key, or None if there are none that can be trusted. Never raises."""
    try:
        folder = cache_folder()
        if not _is_private(folder):
            return None
        with (folder / _file_name(key, suffix)).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > _LIMIT_BYTES:
                return None
            header = file.read(len(_MAGIC) + _DIGEST_BYTES)
            data = file.read(size)
    except (OSError, RuntimeError):  # RuntimeError: no home folder can be found
        return None
    return data if header == _header(key, suffix, data) else None


def looks_below(folder: str) -> Iterator[str]:
    """How the files of a folder and below it look from outside: a line each with name, size, times and inode.

    Something of these changes when a file does, and to ask for them is far cheaper than to read it.
    """
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != "__pycache__":
                yield from looks_below(entry.path)
        else:
            status = entry.stat()
            yield f"{entry.path} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}\n"


def write_cached(key: str, suffix: str, data: bytes) -> None:
    """Keep bytes under the key, all or nothing: a reader sees the old file or the new one. Never raises."""
    if len(data) > _LIMIT_BYTES - len(_MAGIC) - _DIGEST_BYTES:
        return
    with suppress(OSError, RuntimeError):
        folder = cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(folder):
            return
        _replace(folder / _file_name(key, suffix), _header(key, suffix, data) + data)
        _remove_oldest(folder, suffix)


def _file_name(key: str, suffix: str) -> str:
    """A key may hold any text; a file name may not."""
    return blake3(key.encode("utf-8", "surrogatepass")).hexdigest()[:32] + suffix


def _header(key: str, suffix: str, data: bytes) -> bytes:
    """The digest covers the key too, so that a file renamed to another key is refused."""
    digest = blake3(f"{len(key)} {key}{suffix}\0".encode("utf-8", "surrogatepass"))
    digest.update(data)
    return _MAGIC + digest.digest()


def _is_private(folder: Path) -> bool:
    """Whether nobody else can put a file there. Windows keeps user folders apart by access lists instead."""
    if os.name != "posix":
        return folder.is_dir()
    status = folder.stat()
    others_write = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not others_write


def _replace(path: Path, content: bytes) -> None:
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _remove_oldest(folder: Path, suffix: str) -> None:
    kept = [(path.stat().st_mtime_ns, path) for path in folder.glob(f"*{suffix}")]
    for _, path in sorted(kept, reverse=True)[_KEPT:]:
        path.unlink(missing_ok=True)
