"""Tables as people and spreadsheets make them: grouped, mapped, broken, coded in any way."""

import io
import random

import pytest

from scanner.engine.budget import Limits
from scanner.formats.inventories import delimited, json_rows, workbook
from scanner.model.listing import spelled_out
from scanner.model.observation import ListRead, Product
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

HEAD = "DisplayName0,Version0,Publisher0,User_Name0\n"


def products(found):
    return [fact for fact in spelled_out(found) if isinstance(fact, Product)]


def summary(found):
    (fact,) = [fact for fact in found if isinstance(fact, ListRead)]
    return fact


def table(text: str, *told: str, name: str = "list.csv") -> BytesSource:
    return BytesSource(name, text.encode(), focus=frozenset({"named", *told}))


def test_equal_rows_of_many_hosts_are_one_product_that_says_how_often():
    rows = "".join(f"Acme Faces,8.1,Acme,user{n}\n" for n in range(50)) + "Editor,1,Other,x\n"
    found = read(delimited, table(HEAD + rows))
    faces, editor = products(found)
    assert (faces.times, faces.place) == (50, "rows 2, 3, 4 and 47 more")
    assert (editor.times, editor.place) == (1, "row 52")
    assert (summary(found).rows, summary(found).products) == (51, 2)


def test_ten_million_different_rows_stay_within_what_a_list_may_cost():
    budget = CountingBudget()
    rows = "".join(f"Product {n},1,Maker\n" for n in range(2000))
    assert len(products(delimited.observe(table(HEAD + rows), budget))) == 2000
    assert budget.items_spent * 5000 < Limits().items_per_artifact


def test_columns_about_people_are_not_kept_and_named():
    found = read(delimited, table(HEAD + "Acme Faces,8.1,Acme,ann@example.org\n"))
    assert summary(found).dropped == ("User_Name0",)
    assert "ann@example.org" not in repr([*found, *products(found)])


def test_broken_rows_are_told_by_number_and_reading_goes_on():
    text = HEAD + "Acme, Faces,8.1,Acme,x,y\nEditor,1,Other,x\nAlone\n"
    found, stopped = read_until_stopped(delimited, table(text))
    assert [p.name for p in products(found)] == ["Acme", "Editor", "Alone"]
    assert stopped is not None
    assert (stopped.cause, "rows 2, 4" in stopped.reason) == (Cause.DAMAGED, True)


def test_a_table_with_unknown_columns_says_how_to_tell_them():
    with pytest.raises(Unreadable, match=r"“Bezug”, “Nr”.*--map name=COLUMN"):
        read(delimited, table("Bezug,Nr\nAcme Faces,8\n"))


def test_columns_that_the_user_told_are_read():
    found = read(delimited, table("Bezug,Nr,Wer\nAcme Faces,8,Acme\n", "name=bezug", "version=Nr", "publisher=Wer"))
    (product,) = products(found)
    assert (product.name, product.version, product.publisher) == ("Acme Faces", "8", "Acme")


def test_a_told_column_that_is_not_there_is_named():
    with pytest.raises(Unreadable, match="no column “Titel”; it has “Bezug”"):
        read(delimited, table("Bezug,Nr\nx,8\n", "name=Titel"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_encoding_and_delimiter_of_a_spreadsheet_is_read(encoding, delimiter):
    text = (
        delimiter.join(["Software", "Version", "Hersteller"]) + "\r\n" + delimiter.join(["Gesichtsprüfer", "8", "Ä AG"])
    )
    (product,) = products(read(delimited, BytesSource("l.csv", text.encode(encoding))))
    assert (product.name, product.publisher) == ("Gesichtsprüfer", "Ä AG")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_any_encoding_of_a_list_in_json_is_read(encoding):
    text = '{"bomFormat": "CycloneDX", "components": [{"name": "Gesichtsprüfer", "version": "8"}]}'
    (product,) = products(read(json_rows, BytesSource("bom.json", text.encode(encoding))))
    assert (product.name, product.version) == ("Gesichtsprüfer", "8")


def test_a_quote_that_never_ends_costs_rows_and_not_the_reading():
    text = HEAD + 'Editor,1,Other,x\n"Acme Faces,8.1,Acme,x\n' + "Filler,1,Other,x\n" * 20_000 + "Last,1,Other,x\n"
    found, stopped = read_until_stopped(delimited, table(text))
    assert "Editor" in {p.name for p in products(found)}
    assert "Last" in {p.name for p in products(found)}
    assert stopped is not None


def test_more_different_rows_than_are_held_are_all_told(monkeypatch):
    monkeypatch.setattr("scanner.formats.inventories.rows.HELD", 10)
    rows = "".join(f"Program {n % 25},1,Maker,x\n" for n in range(50))
    found = products(read(delimited, table(HEAD + rows)))
    assert {p.name for p in found} == {f"Program {n}" for n in range(25)}
    assert sum(p.times for p in found) == 50


def workbook_of(*sheets: list[list[object]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def test_every_sheet_of_a_workbook_that_lists_software_is_read():
    data = workbook_of(
        [["Notes"], ["for the office"]],
        [
            ["Report of May"],
            [],
            ["Software", "Version", "Vendor"],
            ["Acme Faces", 8.1, "Acme"],
            ["Acme Faces", 8.1, "Acme"],
        ],
    )
    found = read(workbook, BytesSource("list.xlsx", data))
    (product,) = products(found)
    assert (product.name, product.version, product.times, product.place) == ("Acme Faces", "8.1", 2, "rows 4 and 5")


def test_a_workbook_named_as_a_list_with_unknown_columns_says_so_and_one_in_a_folder_does_not():
    data = workbook_of([["Bezug", "Nr"], ["Acme Faces", 8]])
    with pytest.raises(Unreadable, match="Which column names the product"):
        read(workbook, BytesSource("list.xlsx", data, focus=frozenset({"named"})))
    assert read(workbook, BytesSource("list.xlsx", data)) == []
    (product,) = products(read(workbook, BytesSource("list.xlsx", data, focus=frozenset({"named", "name=Bezug"}))))
    assert product.name == "Acme Faces"


@pytest.mark.parametrize("seed", range(40))
def test_a_workbook_with_changed_bytes_gives_rows_or_is_damaged(seed):
    chance = random.Random(seed)
    data = bytearray(workbook_of([["Software", "Version"], *(["Acme Faces", n] for n in range(9))]))
    for _ in range(chance.randint(1, 5)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    read_until_stopped(workbook, BytesSource("list.xlsx", bytes(data)))


@pytest.mark.parametrize("cut", [0, 10, 200, 2000])
def test_a_damaged_workbook_is_told(cut):
    data = workbook_of([["Software", "Version"], ["Acme Faces", 8]])
    with pytest.raises(Unreadable):
        list(workbook.observe(BytesSource("list.xlsx", data[:cut]), CountingBudget()))
