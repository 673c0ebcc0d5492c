"""Installed sets: signatures that came as a bundle, kept beside those that came with the program.

    DATA/signatures/current      two lines: the folder's name of the set in use, then of the one before it
    DATA/signatures/DIGEST/…     a set, under the first digits of its digest
    shipped                      in `current`: the set that came with the program

A set is written whole under a temporary name and then renamed, so that a scan sees the old one or the new one. The set
before stays, so that `signatures install --undo` can go back to it.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.catalogue.signature_error import CatalogueError, SignatureError
from scanner.catalogue.signature_folder import DATE_FILE, SignatureFiles, read_signature_files, signature_root

if TYPE_CHECKING:
    from scanner.catalogue.bundle import Bundle

SHIPPED = "shipped"
_CURRENT = "current"
_DIGITS = 16


def data_folder() -> Path:
    """Where installed sets lie: `FRSCAN_DATA_DIR` if set, else the system's place for the user's data."""
    named = os.environ.get("FRSCAN_DATA_DIR")
    if named:
        return Path(named) / "signatures"
    import platformdirs

    return Path(platformdirs.user_data_dir("frscan", appauthor=False)) / "signatures"


class InstallError(Exception):
    """A set cannot be put to use: a whole sentence."""


def folder_in_use() -> Path:
    """Where the signature files in use lie: an installed set, else those that came with the program.

    Raises `CatalogueError` if an installed set is gone: to take another in silence would change what is found.
    """
    in_use, _ = _state()
    if in_use == SHIPPED:
        return signature_root()
    folder = data_folder() / in_use
    if not folder.is_dir():
        raise _not_as_installed(in_use, "is gone")
    return folder


def read_in_use() -> SignatureFiles:
    """The signature files in use. Raises `CatalogueError` if an installed set is gone or altered."""
    folder = folder_in_use()
    files = read_signature_files(folder)
    in_use, _ = _state()
    if in_use != SHIPPED and not files.digest.startswith(in_use):
        raise _not_as_installed(in_use, "was altered")
    return files


def _not_as_installed(name: str, what: str) -> CatalogueError:
    message = f"this installed set of signatures {what}; install it again, or run `frscan signatures install --undo`."
    return CatalogueError((SignatureError(name, 0, message),))


def install(bundle: "Bundle") -> None:
    """Put a checked bundle's signatures to use; the set used until now is kept. Raises `InstallError`."""
    name = bundle.about.digest[:_DIGITS]
    in_use, _ = _state()
    try:
        root = data_folder()
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_set(bundle, root, name)
        if in_use != name:
            _keep(root, name, in_use)
            _remove_others(root, {name, in_use})
    except OSError as error:
        raise InstallError(f"{error.filename or data_folder()}: the set cannot be kept ({error.strerror}).") from error


def undo_install() -> str:
    """Go back to the set used before the last installation: its folder's name. Raises `InstallError`."""
    in_use, before = _state()
    if not before:
        raise InstallError("No other set was in use before; nothing was changed.")
    if before != SHIPPED and not (data_folder() / before).is_dir():
        raise InstallError(f"The set {before} is no longer there; nothing was changed.")
    _keep(data_folder(), before, in_use)
    return before


def _state() -> tuple[str, str]:
    """The set in use and the one before it, "" if there was none."""
    try:
        lines = (data_folder() / _CURRENT).read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError, RuntimeError):
        return SHIPPED, ""
    names = [line for line in lines[:2] if line == SHIPPED or (len(line) == _DIGITS and line.isalnum())]
    return (names[0], names[1] if len(names) > 1 else "") if names else (SHIPPED, "")


def _keep(root: Path, in_use: str, before: str) -> None:
    new = root / f".{_CURRENT}.{os.getpid()}"
    new.write_text(f"{in_use}\n{before}\n", encoding="ascii")
    new.replace(root / _CURRENT)


def _write_set(bundle: "Bundle", root: Path, name: str) -> None:
    """Write all files of the set; one of the same digest that stands there is replaced, for it may be damaged."""
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=root))
    try:
        for file, content in bundle.files.contents.items():
            # The reader of bundles has checked that each name is GROUP/ID with a known group and suffix.
            path = new / file
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        (new / DATE_FILE).write_text(f"{bundle.about.date}\n", encoding="ascii")
        shutil.rmtree(root / name, ignore_errors=True)
        new.replace(root / name)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _remove_others(root: Path, kept: set[str]) -> None:
    for folder in root.iterdir():
        if folder.is_dir() and folder.name not in kept and not folder.name.startswith("."):
            shutil.rmtree(folder, ignore_errors=True)
