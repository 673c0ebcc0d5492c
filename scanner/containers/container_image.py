"""Container images: archives of an OCI layout, and those of `docker save`, as the file system a container sees.

Layers are tar archives, mostly compressed, that lie over each other: a file hides the one of the same name below, and
`.wh.NAME` takes one away, `.wh..wh..opq` all that a folder has from below (OCI image layer, "Whiteouts"). Going from
the topmost layer downwards, what was seen hides what comes. What is hidden is in no container that is started from the
image; it is told and not examined.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from scanner.containers import Member, tar
from scanner.containers.beside import path_beside
from scanner.containers.image_layers import Image, Images, Layer, Read
from scanner.containers.inner_source import InnerSource
from scanner.containers.jail import Jail
from scanner.containers.spool import spooled
from scanner.containers.stored import slices
from scanner.containers.streams import COMPRESSIONS, Streams
from scanner.containers.tar_headers import BLOCK, Gap, headers
from scanner.model.artifact import OPAQUE
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="container-image",
    version=3,
    line="Container images (archive of an OCI layout, docker save): the files a container sees, each with its layer",
    specification="https://github.com/opencontainers/image-spec",
    limits="Files that a higher layer hides or removes are counted and not examined. Encrypted layers are not read.",
    magics=(Magic(b"ustar", 257),),
    refines=("tar",),
)
RANDOM_ACCESS = True
SPLITS = False

_TELLING = ("manifest.json", "oci-layout", "index.json")
_GONE = ".wh."
_MOST_ENTRIES_ASKED = 5000


def wants(_name: str, head: bytes) -> bool:
    """Whether it begins with the first entry of such an archive."""
    return head[257:262] == b"ustar" and _belongs(head[:100].partition(b"\0")[0].decode("ascii", "replace"))


def confirms(source: Source) -> bool:
    """Whether every entry up to a telling one has a name that such archives give."""
    found: set[str] = set()
    try:
        for number, entry in enumerate(headers(source.view(), _Patience())):
            if isinstance(entry, Gap) or not _belongs(name := _entry_name(entry.name)):
                return False
            found.add(name)
            if number > _MOST_ENTRIES_ASKED:
                return False
    except Unreadable:
        pass
    is_old = "repositories" in found and any(name.endswith("/layer.tar") for name in found)
    return "manifest.json" in found or {"oci-layout", "index.json"} <= found or is_old


class _Patience:
    """As much as looking at the names of an archive may cost."""

    def __init__(self) -> None:
        self._left = 50_000

    def spend_items(self, count: int = 1) -> None:
        """Count entries."""
        self._left -= count
        if self._left < 0:
            raise Unreadable(Cause.LIMIT, "The archive has more entries than a container image.")

    def spend_bytes(self, count: int) -> None:
        """Count bytes of extended headers, a thousand as one entry."""
        self.spend_items(count // 1000)


def _belongs(name: str) -> bool:
    first, _, rest = name.removeprefix("./").partition("/")
    if not rest:
        is_plain = first in (*_TELLING, "repositories", "blobs", "") or first.endswith((".tar", ".json"))
        return is_plain or _is_digest(first)
    return first == "blobs" or (_is_digest(first) and rest in ("layer.tar", "json", "VERSION"))


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(c in "0123456789abcdef" for c in text)


def _entry_name(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace").removeprefix("./").rstrip("/")


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The files of each image as a container sees them; with several images, each below a folder of its name.

    Raises:
        Unreadable: A document or a layer is missing or damaged; what could be listed was.
    """
    data = source.view()
    entries = {
        _entry_name(entry.name): data[entry.start : entry.start + entry.size]
        for entry in headers(data, budget)
        if not isinstance(entry, Gap)
    }
    blobs = Blobs(entries.get)
    images = Images(blobs, budget)
    yield from files_of(images, images.all(), blobs, [name for name in entries if entries[name]], budget)


class Blobs:
    """What an image's documents lead to, with a note of what they led to."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self.used: set[str] = set()

    def __call__(self, name: str) -> memoryview | None:
        """The content of an entry."""
        self.used.add(name)
        return self._read(name)


def files_of(
    images: Images, wanted: Iterable[Image], blobs: Blobs, names: Sequence[str], budget: Budget
) -> Iterator[Member]:
    """The files of the wanted ones of some images, and at last those entries of which no image makes use.

    Raises:
        Unreadable: A document or a layer is missing or damaged; what could be listed was.
    """
    jail = Jail()
    known = list(wanted)
    problem = images.problem
    for image in known:
        files = _Files(image, f"{jail.admit(image.name).text}/" if len(known) > 1 else "", blobs, budget)
        yield from files.members()
        problem = problem or files.problem
    if images.absent:
        told = f"Images for other platforms are only named here and were not looked at: {', '.join(images.absent[:8])}."
        yield _remark("(images)", told)
    for name in names:
        if name not in blobs.used and (name.startswith("blobs/") or name.endswith(".tar")):
            yield from _unused(name, blobs, jail, budget)
    if problem is not None:
        raise problem


def _remark(name: str, told: str) -> Member:
    return Member(name=name, kind="folder", size=0, chunks=lambda: iter(()), notes=(told,))


def _unused(name: str, blobs: Blobs, jail: Jail, budget: Budget) -> Iterator[Member]:
    content = blobs(name)
    if content is not None:
        budget.spend_items()
        safe = jail.admit(f"(in no image)/{name}")
        read = partial(slices, content, 0, len(content), budget)
        yield Member(name=safe.text, kind="file", size=len(content), chunks=read, notes=safe.notes)


class _Entries(NamedTuple):
    """What a layer has."""

    seen: list[tuple[str, Member]]
    unseen: list[tuple[str, Member]]
    """Files that a higher layer hides or removes."""
    gone: set[str]
    """Paths that it takes away from what is below."""
    closed: set[str]
    """Folders of which it takes away all that is below."""


class _Files:
    """The files of one image, put together from its layers."""

    def __init__(self, image: Image, folder: str, blobs: Blobs, budget: Budget) -> None:
        self._image = image
        self._folder = folder
        self._blobs = blobs
        self._budget = budget
        self._seen: dict[str, Member | None] = {}
        """By path, with what stands there; None: it is taken away, or it is no file."""
        self._closed: set[str] = set()
        """Folders of which lower layers have nothing to say."""
        self._links: dict[str, str] = {}
        """Names that share a file by hard links: by the name that the file lies under, another one that is seen."""
        self._hidden = 0
        self.problem: Unreadable | None = None

    def members(self) -> Iterator[Member]:
        """Every file that is seen, from the topmost layer downwards."""
        for layer in reversed(self._image.layers):
            for path, member in self._of_layer(layer):
                beside = partial(self._beside, path)
                found = msgspec.structs.replace(member, name=self._folder + path, origin=layer.origin, beside=beside)
                self._seen[path] = found
                yield found
        if self._hidden:
            told = f"{self._hidden:,} files that a higher layer hides or removes were not examined."
            yield _remark(f"{self._folder}(layers)", told)
        if self._image.kind:
            told = f"This is no container image but an artifact of the kind {self._image.kind[:120]}."
            yield _remark(f"{self._folder}(kind)", told)

    def _of_layer(self, layer: Layer) -> Iterator[tuple[str, Member]]:
        """What a layer adds to what is seen already."""
        content = self._content(layer)
        if content is None:
            return
        if not _is_archive(content):
            yield from self._as_it_is(layer, content)
            return
        has = self._sorted(layer, content)
        # Names are put down before anything is handed out, so that a file finds its neighbours.
        self._seen.update((path, member if member.kind == "file" else None) for path, member in has.seen)
        self._links.update((member.same_as, path) for path, member in has.seen if member.same_as)
        yield from ((path, member) for path, member in has.seen if member.kind == "file")
        for path, member in has.unseen:
            if path in self._links:
                yield self._links[path], member
            else:
                self._hidden += 1
        closing = {path for path, member in has.seen if member.kind not in ("file", "folder")}
        self._closed |= has.closed | has.gone | closing
        self._seen.update((path, None) for path in has.gone if path not in self._seen)

    def _sorted(self, layer: Layer, content: InnerSource) -> _Entries:
        """The entries of a layer, as far as they can be listed."""
        has = _Entries([], [], set(), set())
        try:
            for member in tar.members(content, self._budget):
                folder, _, name = member.name.removeprefix("./").rpartition("/")
                if name == OPAQUE:
                    has.closed.add(folder)
                elif name.startswith(_GONE):
                    has.gone.add(_path(folder, name.removeprefix(_GONE)))
                elif not self._is_hidden(path := _path(folder, name)):
                    has.seen.append((path, member))
                elif member.kind == "file":
                    has.unseen.append((path, member))
        except Unreadable as why:
            self._note(why.cause, f"{layer.origin}: {why.reason}")
        return has

    def _as_it_is(self, layer: Layer, content: InnerSource) -> Iterator[tuple[str, Member]]:
        """A layer that is no archive but one file: of an artifact that only is kept like an image."""
        data = content.view()
        name = Jail().admit(layer.title or layer.blob.rpartition("/")[2])
        read = partial(slices, data, 0, len(data), self._budget)
        yield name.text, Member(name=name.text, kind="file", size=len(data), chunks=read, notes=name.notes)

    def _is_hidden(self, path: str) -> bool:
        if path in self._seen:
            return True
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            if folder in self._closed or self._seen.get(folder) is not None:
                return True
        return False

    def _content(self, layer: Layer) -> InnerSource | None:
        data = self._blobs(layer.blob)
        if data is None:
            hosts = ", ".join(address[:80] for address in layer.elsewhere[:3])
            where = f"; it is to be fetched from {hosts}" if hosts else ""
            self._note(Cause.VANISHED, f"{layer.origin}: the layer is not there{where}.")
            return None
        if layer.is_encrypted:
            self._note(Cause.ENCRYPTED, f"{layer.origin}: the layer is encrypted; what is in it was not examined.")
            return None
        kind = next((kind for kind in COMPRESSIONS if bytes(data[:6]).startswith(kind.magics)), None)
        if kind is None:
            return InnerSource("layer.tar", data)
        return InnerSource("layer.tar", memoryview(spooled(self._unpacked(Streams(kind, data), layer))))

    def _unpacked(self, streams: Streams, layer: Layer) -> Iterator[bytes]:
        try:
            yield from streams.pieces(self._budget)
        except Unreadable as why:
            self._note(why.cause, f"{layer.origin}: {why.reason}")

    def _note(self, cause: Cause, reason: str) -> None:
        self.problem = self.problem or Unreadable(cause, reason)

    def _beside(self, path: str, name: str) -> Member | None:
        at = path_beside(path, name)
        return self._seen.get(at) if at else None


def _is_archive(content: InnerSource) -> bool:
    """Whether it is a tar archive, perhaps of nothing."""
    head = bytes(content.view(0, BLOCK))
    return not any(head) or tar.wants("", head)


def _path(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
