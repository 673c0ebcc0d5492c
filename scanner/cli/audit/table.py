"""A table as the commands write it: for a person, a program or a spreadsheet."""

import csv
import io
from enum import StrEnum
from typing import Annotated

import typer

Table = list[dict[str, object]]


class Format(StrEnum):
    """How a table is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


FormatOption = Annotated[Format, typer.Option("-f", "--format", help="How it is written.")]


def write(table: Table, format_: Format) -> None:
    """A table for a person, a program or a spreadsheet."""
    from scanner.reports import printable
    from scanner.reports.csv import safe_cell

    if format_ is Format.JSON:
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(table), indent=2).decode())
        return
    if format_ is Format.CSV:
        out = io.StringIO()
        if table:
            writer = csv.writer(out)
            writer.writerow(table[0])
            writer.writerows([safe_cell(str(value)) for value in row.values()] for row in table)
        print(out.getvalue(), end="")
        return
    for row in table:
        print("  ".join(f"{name}={printable(str(value))}" for name, value in row.items() if value != ""))
    if not table:
        print("There is nothing to show yet.")
