"""Bundles: a set of signatures as one file, for places without a network.

A bundle is a zip archive: `bundle.json` says what it is, and the signature files lie below `signatures/`. It carries
sources only and never compiled rules, so that nothing in it has to be trusted beyond what the loader checks anyway.
"""

import io
import os
import zipfile
from importlib.metadata import version
from pathlib import Path

import msgspec

from scanner.catalogue.signature_error import SignatureError
from scanner.catalogue.signature_folder import FILE_LIMIT_BYTES, SignatureFiles, check_place

BUNDLE_FORMAT = 1
_FORMAT_NAME = "frscan-signatures"
_ABOUT = "bundle.json"
_BELOW = "signatures/"
_MEMBERS_LIMIT = 20_001
_BUNDLE_LIMIT_BYTES = 256 << 20
_INFLATED_LIMIT_BYTES = 256 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip entry can bear: the same set gives the same bytes on any day."""


class BundleError(Exception):
    """The file is no bundle that can be used: a whole sentence with the file's name and what to do."""


class About(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a bundle says of itself, in `bundle.json`."""

    format: str
    format_version: int
    digest: str
    """SHA-256 over the names and bytes of its signature files, as reports name it (in full)."""
    date: str
    """The day of the set, YYYY-MM-DD."""
    minimum_tool: str
    """The earliest frscan that understands it."""
    files: int


class Bundle(msgspec.Struct, frozen=True):
    """A bundle that was read and checked against its own digest."""

    about: About
    files: SignatureFiles


def export_bundle(files: SignatureFiles, path: Path) -> About:
    """Write a set of signatures to one file; the same set gives the same bytes.

    Raises `BundleError` if the set has mistakes or the file cannot be written; an existing file is replaced whole.
    """
    if files.errors:
        raise BundleError(f"These signatures have mistakes and were not exported. The first is: {files.errors[0]}")
    about = About(
        format=_FORMAT_NAME,
        format_version=BUNDLE_FORMAT,
        digest=files.digest,
        date=files.date,
        minimum_tool=version("frscan"),
        files=len(files.contents),
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [(_ABOUT, msgspec.json.format(msgspec.json.encode(about))), *_named(files)]:
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(packed.getvalue())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise BundleError(f"{path}: the bundle cannot be written ({error.strerror}).") from error
    return about


def _named(files: SignatureFiles) -> list[tuple[str, bytes]]:
    return [(_BELOW + name, content) for name, content in files.contents.items()]


def read_bundle(path: Path) -> Bundle:
    """Read a bundle and check it: its form, its digest, and that this frscan is new enough for it.

    Nothing is unpacked to disk. Raises `BundleError`.
    """
    try:
        if path.stat().st_size > _BUNDLE_LIMIT_BYTES:
            raise BundleError(f"{path}: this is larger than any bundle of signatures; it was not opened.")
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > _MEMBERS_LIMIT or sum(m.file_size for m in members) > _INFLATED_LIMIT_BYTES:
                raise BundleError(f"{path}: this holds more than any bundle of signatures; it was not unpacked.")
            contents = {member.filename: _content(archive, member, path) for member in members}
    except OSError as error:
        raise BundleError(f"{path}: this cannot be read ({error.strerror}).") from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        message = f"{path}: this is no bundle of signatures, or a damaged one; ask for it again."
        raise BundleError(message) from error
    return _checked(contents, path)


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> bytes:
    """A member's bytes; its declared size is a claim, so one byte more is asked for than allowed."""
    with archive.open(member) as file:
        content = file.read(FILE_LIMIT_BYTES + 1)
    if len(content) > FILE_LIMIT_BYTES:
        raise BundleError(f"{path}: a file in it is larger than 1 MiB; this is no bundle of signatures.")
    return content


def _checked(contents: dict[str, bytes], path: Path) -> Bundle:
    try:
        about = msgspec.json.decode(contents.pop(_ABOUT), type=About)
    except (KeyError, msgspec.DecodeError) as error:
        raise BundleError(f"{path}: this is no bundle of signatures; it does not say what it is.") from error
    if about.format != _FORMAT_NAME or about.format_version != BUNDLE_FORMAT or _is_newer(about.minimum_tool):
        message = f"this bundle needs frscan {about.minimum_tool} or later; this is {version('frscan')}. Update first."
        raise BundleError(f"{path}: {message}")
    try:
        for name in contents:
            check_place(name.removeprefix(_BELOW) if name.startswith(_BELOW) else f"/{name}")
    except SignatureError as error:
        raise BundleError(f"{path}: this holds files that belong to no bundle ({error.file}). Not used.") from error
    files = SignatureFiles({n.removeprefix(_BELOW): contents[n] for n in sorted(contents)}, (), about.date)
    if files.digest != about.digest or len(files.contents) != about.files:
        raise BundleError(f"{path}: its content is not what its digest says; it is damaged or altered. Not used.")
    return Bundle(about, files)


def _is_newer(wanted: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(wanted) > Version(version("frscan"))
    except InvalidVersion:
        return True
