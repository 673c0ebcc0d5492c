"""The folder of signatures: where it lies, which files belong to it, and their bytes."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scanner.catalogue.signature_error import CatalogueError, SignatureError

GROUPS = ("cloud-apis", "libraries", "mobile-sdks", "models", "os-apis", "products")
"""The folders a signature can lie in."""
DATE_FILE = "DATE"
"""Beside the groups: the day on which the set was last changed, YYYY-MM-DD."""
FILE_LIMIT_BYTES = 1024 * 1024
_FILES_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class SignatureFiles:
    """Everything that was read of a signatures folder."""

    contents: dict[str, bytes]
    """By path below the folder with `/`, sorted; .yaml and .yar files."""
    errors: tuple[SignatureError, ...]
    """Files that lie where no signature is looked for, or that could not be read."""
    date: str = ""
    """The day of the set, YYYY-MM-DD; empty where it does not say."""

    @property
    def digest(self) -> str:
        """SHA-256 over all names and bytes, hexadecimal."""
        total = hashlib.sha256()
        for name, content in self.contents.items():
            encoded = name.encode("utf-8", "surrogateescape")
            total.update(b"%d %d\n" % (len(encoded), len(content)))
            total.update(encoded)
            total.update(content)
        return total.hexdigest()


def signature_root() -> Path:
    """The folder of the signatures that came with the program.

    An installed wheel carries them inside the package; beside a source tree (editable install) they are its
    neighbour. Raises `CatalogueError` if neither is there.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_signatures", package.parent / "signatures"):
        if folder.is_dir():
            return folder
    message = "no signatures came with this installation of frscan; install it again, or name a folder of signatures."
    raise CatalogueError((SignatureError("signatures", 0, message),))


def read_signature_files(root: Path) -> SignatureFiles:
    """Read every signature file below a folder.

    Nothing is left out in silence: what looks like a signature but lies in the wrong place is an error, because a
    signature that is not read means a technology that is not found. Raises `CatalogueError` if there is no such folder.
    """
    if not root.is_dir():
        message = "is no folder of signatures; name one that holds the folders " + ", ".join(GROUPS) + "."
        raise CatalogueError((SignatureError(str(root), 0, message),))
    contents: dict[str, bytes] = {}
    errors: list[SignatureError] = []
    for path in _candidates(root):
        name = path.relative_to(root).as_posix()
        try:
            contents[name] = _read(path, name)
        except SignatureError as error:
            errors.append(error)
    errors.extend(
        SignatureError(name, 0, "has no signature of the same name (.yaml) beside it.")
        for name in contents
        if name.endswith(".yar") and name.removesuffix(".yar") + ".yaml" not in contents
    )
    if not contents and not errors:
        errors.append(SignatureError(str(root), 0, "holds no signature files (group/id.yaml)."))
    return SignatureFiles(contents, tuple(errors), _date(root))


def with_file(files: SignatureFiles, path: Path) -> SignatureFiles:
    """The same set with one signature file (and the .yar beside it) added, in the place of one with the same name.

    A file in no folder of a known group is taken for one of `libraries`. Raises `CatalogueError`.
    """
    group = path.resolve().parent.name
    contents = {name: content for name, content in files.contents.items() if Path(name).stem != path.stem}
    for file in (path, path.with_suffix(".yar")):
        if file.is_file():
            try:
                name = f"{group if group in GROUPS else 'libraries'}/{file.name}"
                contents[name] = _read(file, name)
            except SignatureError as error:
                raise CatalogueError((error,)) from error
    return SignatureFiles(dict(sorted(contents.items())), files.errors, files.date)


def _date(root: Path) -> str:
    try:
        with (root / DATE_FILE).open(encoding="ascii") as file:
            return date.fromisoformat(file.read(32).strip()).isoformat()
    except (OSError, ValueError):
        return ""


def _candidates(root: Path) -> Iterator[Path]:
    """Files that are, or want to be, signatures; sorted, without hidden ones."""
    count = 0
    for path in sorted(root.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if hidden or path.suffix.lower() not in (".yaml", ".yml", ".yar", ".yara") or not path.is_file():
            continue
        count += 1
        if count > _FILES_LIMIT:
            message = f"holds more than {_FILES_LIMIT} signature files; this is not a folder of signatures."
            raise CatalogueError((SignatureError(str(root), 0, message),))
        yield path


def check_place(name: str) -> None:
    """Raise `SignatureError` unless a signature file of that name (path below the folder) would be read."""
    if not name.endswith((".yaml", ".yar")):
        raise SignatureError(name, 0, "would not be read; signatures end in .yaml, their byte rules in .yar.")
    group, _, rest = name.partition("/")
    if group not in GROUPS or "/" in rest or "\\" in rest:
        raise SignatureError(name, 0, f"would not be read; a signature lies directly in one of: {', '.join(GROUPS)}.")


def _read(path: Path, name: str) -> bytes:
    check_place(name)
    try:
        with path.open("rb") as file:
            content = file.read(FILE_LIMIT_BYTES + 1)
    except OSError as error:
        raise SignatureError(name, 0, f"cannot be read: {error.strerror}.") from error
    if len(content) > FILE_LIMIT_BYTES:
        raise SignatureError(name, 0, "is larger than 1 MiB; a signature is a small file.")
    return content
