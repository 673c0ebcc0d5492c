"""Load the catalogue: every signature file → `Technology`, from a cache where nothing changed.

Parsing YAML in pure Python costs some milliseconds a file, decoding the cached form a small fraction of that for all
files together. The cache's key holds the digest of all signature bytes and of the code that decodes them, so a
changed file or a changed loader is never answered from the past.
"""

import hashlib
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import msgspec

from scanner.catalogue.cache_file import read_cached, write_cached
from scanner.catalogue.installed import read_in_use
from scanner.catalogue.signature_error import CatalogueError, SignatureError
from scanner.catalogue.signature_folder import SignatureFiles, read_signature_files, signature_root
from scanner.model.technology import Technology

__all__ = [
    "Caching",
    "Catalogue",
    "CatalogueError",
    "SignatureError",
    "load_catalogue",
    "read_catalogue",
    "signature_root",
]

_SUFFIX = ".catalogue"
_DECODING = (
    *("catalogue/load.py", "catalogue/decode.py", "catalogue/section.py", "catalogue/yaml_tree.py"),
    *(
        "catalogue/decode_network.py",
        "model/network.py",
        "model/observation.py",
        "model/technology.py",
        "model/vocabulary.py",
    ),
)
"""The code that decides what a file decodes to."""


class Caching(Enum):
    """Whether the decoded catalogue may be read from and kept in the user's cache folder."""

    USE = "use"
    BYPASS = "bypass"


class Catalogue(msgspec.Struct, frozen=True):
    """All technologies there are signatures for."""

    technologies: tuple[Technology, ...]
    """Sorted by id; no id twice."""
    digest: str
    """SHA-256 over the names and bytes of all signature files, hexadecimal."""
    date: str = ""
    """The day of the set, YYYY-MM-DD; empty where it does not say."""

    @property
    def version(self) -> str:
        """What reports name as the version of the signatures: the digest's first 16 digits."""
        return self.digest[:16]


def load_catalogue(root: Path | None = None, *, caching: Caching = Caching.USE) -> Catalogue:
    """Load all signatures below `root` (None: those in use, see `catalogue/installed`).

    Raises `CatalogueError` with every mistake found, for a scan with part of the signatures would say "nothing found"
    of technologies it never looked for.
    """
    files = read_signature_files(root) if root else read_in_use()
    key = _cache_key(files) if caching is Caching.USE and not files.errors else ""
    kept = _from_cache(key) if key else None
    if kept is not None:
        return msgspec.structs.replace(kept, date=files.date)
    catalogue = catalogue_of(files)
    if key:
        write_cached(key, _SUFFIX, msgspec.msgpack.encode(catalogue))
    return catalogue


def catalogue_of(files: SignatureFiles) -> Catalogue:
    """The catalogue that these files are, without a cache. Raises `CatalogueError` with every mistake found."""
    catalogue, errors = _decode(files)
    if errors:
        raise CatalogueError(errors)
    return catalogue


def read_catalogue(root: Path | None = None) -> tuple[Catalogue, tuple[SignatureError, ...]]:
    """Load what can be loaded, and the mistakes in the rest: what a lint needs. Uses no cache.

    Raises `CatalogueError` only if there is no folder to read.
    """
    return _decode(read_signature_files(root) if root else read_in_use())


def _decode(files: SignatureFiles) -> tuple[Catalogue, tuple[SignatureError, ...]]:
    errors = list(files.errors)
    found: dict[str, Technology] = {}
    for outcome in _outcomes(files):
        if isinstance(outcome, SignatureError):
            errors.append(outcome)
        elif outcome.id in found:
            other = found[outcome.id].file
            errors.append(SignatureError(outcome.file, 1, f"has the id of {other}; an id stands for one technology."))
        else:
            found[outcome.id] = outcome
    errors.sort(key=lambda error: (error.file, error.line))
    return Catalogue(tuple(found[id_] for id_ in sorted(found)), files.digest, files.date), tuple(errors)


def _outcomes(files: SignatureFiles) -> Iterator[Technology | SignatureError]:
    """A technology, or what is wrong, for each YAML file."""
    from scanner.catalogue.decode import decode_technology

    for name, content in files.contents.items():
        if not name.endswith(".yaml"):
            continue
        rules = name.removesuffix(".yaml") + ".yar"
        try:
            yield decode_technology(content, name, _rule_text(files.contents.get(rules, b""), rules))
        except SignatureError as error:
            yield error


def _rule_text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SignatureError(name, line, "is not UTF-8 text.") from error


def _cache_key(files: SignatureFiles) -> str:
    """Names the decoded form of exactly these bytes by exactly this code; "" where the code cannot be read."""
    package = Path(__file__).resolve().parent.parent
    code = hashlib.sha256()
    try:
        for name in _DECODING:
            code.update((package / name).read_bytes())
    except OSError:
        return ""
    return f"catalogue-{msgspec.__version__}-{code.hexdigest()}-{files.digest}"


def _from_cache(key: str) -> Catalogue | None:
    data = read_cached(key, _SUFFIX)
    if data is None:
        return None
    try:
        return msgspec.msgpack.decode(data, type=Catalogue)
    except (msgspec.DecodeError, ValueError):
        return None
