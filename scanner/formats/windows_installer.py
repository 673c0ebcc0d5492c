"""Windows Installer packages: which product they install, by whom."""

from collections.abc import Iterator

from scanner.formats.compound_file import MAGIC
from scanner.formats.installer_tables import InstallerTables, is_installer
from scanner.model.observation import Identity, Observation, Product
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="windows-installer",
    version=1,
    line="Which product a package of Windows Installer installs, by whom",
    specification="https://learn.microsoft.com/windows/win32/msi/property-table",
    limits="Names that a transform beside the package changes are told as they stand in it.",
    suffixes=(".msi", ".msm"),
)
_PLACE = "table Property"


def wants(_name: str, head: bytes) -> bool:
    """Compound files alone."""
    return head.startswith(MAGIC)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the product and its version.

    Raises:
        Unreadable: The package is damaged.
    """
    if not is_installer(source):
        return
    rows = InstallerTables(source, budget).rows("Property")
    told = {str(row.get("Property", "")): str(row.get("Value", "")) for row in rows}
    name, version = told.get("ProductName", ""), told.get("ProductVersion", "")
    if not name:
        return
    yield Identity(subject="self", name=name, version=version, place=_PLACE)
    maker, code = told.get("Manufacturer", ""), told.get("ProductCode", "")
    ids = (code,) if code else ()
    yield Product(name=name, publisher=maker, version=version, role="is", ids=ids, place=_PLACE)
