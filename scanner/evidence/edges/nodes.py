"""How nodes of the evidence graph are named."""

from urllib.parse import unquote

TARGET = ""
_PACKAGE_MARK = "#pkg:"


def package_node(locator: str, purl: str) -> str:
    """The node of a package that the artifact at `locator` declares; `purl` begins with `pkg:`."""
    return f"{locator}#{purl}"


def technology_node(technology: str) -> str:
    """The node of a technology by its id."""
    return f"technology:{technology}"


def package_of(node: str) -> tuple[str, str] | None:
    """The locator and the package URL of a package's node; None for any other node."""
    locator, mark, purl = node.rpartition(_PACKAGE_MARK)
    return (locator, f"pkg:{purl}") if mark else None


def name_of_package(purl: str) -> str:
    """What people call a package: its name, with the scope or group it is published under."""
    return unquote(purl.partition("/")[2])
