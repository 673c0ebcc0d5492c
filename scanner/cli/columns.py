"""`--map`: which column of a table of software holds what."""

from scanner.cli.exits import refuse


def told_columns(text: str | None) -> tuple[str, ...]:
    """`name=Title,publisher=Maker` as pairs; a comma in a column's name is doubled."""
    from scanner.formats.inventories.dialect import ROLES

    pairs = [pair.replace("\0", ",").strip() for pair in (text or "").replace(",,", "\0").split(",") if pair.strip()]
    for pair in pairs:
        role, equals, column = pair.partition("=")
        if role not in ROLES or not equals or not column:
            refuse(f"--map takes ROLE=COLUMN with a role of {', '.join(ROLES)}; {pair!a} is not so.")
    if pairs and not any(pair.startswith("name=") for pair in pairs):
        refuse("--map has to say which column names the product: --map name=COLUMN.")
    return tuple(pairs)
