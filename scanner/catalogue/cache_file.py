"""Cache files on disk: what was expensive to make, kept under a key, never trusted without its digest.

A cache only ever spares work. Whatever is wrong with it (no such folder, no space, another person's folder, a
truncated or altered file) reads as "not there". The digest is checked before a byte is decoded, because some of what
is kept here (compiled byte rules) makes its engine crash when it is damaged.
"""

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path

_MAGIC = b"frscan cache 1\n"
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
            if os.fstat(file.fileno()).st_size > _LIMIT_BYTES:
                return None
            content = file.read(_LIMIT_BYTES)
    except (OSError, RuntimeError):  # RuntimeError: no home folder can be found
        return None
    header = len(_MAGIC) + _DIGEST_BYTES
    data = content[header:]
    return data if content[:header] == _header(key, suffix, data) else None


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
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32] + suffix


def _header(key: str, suffix: str, data: bytes) -> bytes:
    """The digest covers the key too, so that a file renamed to another key is refused."""
    digest = hashlib.sha256(f"{len(key)} {key}{suffix}\0".encode("utf-8", "surrogatepass"))
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
