"""How nodes of the evidence graph are named."""

from urllib.parse import quote, unquote

TARGET = ""
_MARKS = ("#pkg:", "#product:")


def package_node(locator: str, purl: str) -> str:
    """The node of a package that the artifact at `locator` declares; `purl` begins with `pkg:`."""
    return f"{locator}#{purl}"


def product_node(locator: str, name: str) -> str:
    """The node of a product that the register or list at `locator` names."""
    return f"{locator}#product:/{quote(name, safe='')}"


def technology_node(technology: str) -> str:
    """The node of a technology by its id."""
    return f"technology:{technology}"


def package_of(node: str) -> tuple[str, str] | None:
    """The locator and the package URL of a package's node, or what stands for it in a product's; None for any other."""
    for mark in _MARKS:
        locator, found, rest = node.rpartition(mark)
        if found:
            return locator, mark[1:] + rest
    return None


def name_of_package(purl: str) -> str:
    """What people call a package: its name, with the scope or group it is published under."""
    return unquote(purl.partition("/")[2])
