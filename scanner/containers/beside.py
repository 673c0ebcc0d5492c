"""Names beside an artifact: what `Source.group` may be asked for, as a path in the container around it."""

_DEEPEST = 4


def path_beside(of: str, name: str) -> str | None:
    """The path that a neighbour of `of` has: `name` in its folder, some folders below, or `../name` from one above.

    A name that ends in `/` stands for the names in a folder. None where no neighbour is called so.
    """
    folder = of.rpartition("/")[0]
    while name.startswith("../") and folder:
        folder, name = folder.rpartition("/")[0], name.removeprefix("../")
    *steps, last = name.split("/")
    if len(steps) > _DEEPEST or not all(map(_is_plain, (*steps, *filter(None, [last])))) or not (steps or last):
        return None
    return f"{folder}/{name}" if folder else name


def _is_plain(step: str) -> bool:
    return step not in {"", ".", ".."} and "\0" not in step
