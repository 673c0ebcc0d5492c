"""How a Windows program or library with evidence was made: what sort of image it is, its manifest, its debug database.

Specification: PE Format, Windows Subsystem: https://learn.microsoft.com/windows/win32/debug/pe-format
"""

from collections.abc import Iterator

from scanner.formats.pe_manifest import debug_file, manifest_of
from scanner.formats.pe_tables import read_image
from scanner.model.observation import BuildTrace, Observation
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import BuildWord

INFO = Info(
    name="pe-build",
    version=1,
    line="How Windows programs and libraries were made: sort of image, manifest, path of the debug database",
    specification="PE Format: https://learn.microsoft.com/windows/win32/debug/pe-format, "
    "https://learn.microsoft.com/windows/win32/sbscs/application-manifests",
    limits="Debug databases (.pdb) themselves are not read, nor the list of compilers in the Rich header.",
    depth=True,
    deepens=("pe", "dotnet"),
)

_KINDS = {
    1: "a driver or another part of the Windows kernel",
    10: "a UEFI application",
    11: "a UEFI driver for the time of starting",
    12: "a UEFI driver that stays while the system runs",
    13: "an image of UEFI firmware",
    16: "a program that Windows starts before itself",
}
"""By the subsystem; programs and libraries of the ordinary ones are not told."""


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield what the file tells of its making.

    Raises:
        Unreadable: damaged, when the headers or a table cannot be read.
    """
    image = read_image(source, budget)
    if image.subsystem in _KINDS:
        kind = _KINDS[image.subsystem]
        yield BuildTrace(what=BuildWord.IMAGE_KIND, value=kind, place=f"subsystem {image.subsystem}")
    manifest = manifest_of(image)
    said = " ".join(part for part in (manifest.name, manifest.version, manifest.description) if part)
    if said:
        yield BuildTrace(what=BuildWord.MANIFEST, value=said, place="manifest resource")
    path = debug_file(image)
    if path:
        yield BuildTrace(what=BuildWord.DEBUG_FILE, value=path, place="debug directory")
