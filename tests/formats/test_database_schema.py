import sqlite3

from scanner.formats import database_schema
from scanner.model.observation import Config
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource


def database(path, *statements: str) -> bytes:
    with sqlite3.connect(path) as made:
        for statement in statements:
            made.execute(statement)
    made.close()
    return path.read_bytes()


def tables(data: bytes) -> dict[str, str]:
    found = read(database_schema, BytesSource("a.db", data))
    return {seen.name: seen.value for seen in found if isinstance(seen, Config)}


def test_tables_are_told_with_their_columns(tmp_path):
    data = database(
        tmp_path / "a.db",
        "CREATE TABLE Face_Embeddings (id INTEGER PRIMARY KEY, person TEXT NOT NULL, size DECIMAL(4, 2), vector BLOB, "
        "FOREIGN KEY (person) REFERENCES people(id))",
        'CREATE TABLE IF NOT EXISTS "notes" ("text" TEXT)',
    )
    assert tables(data) == {"table:face_embeddings": "id,person,size,vector", "table:notes": "text"}


def test_no_row_is_told(tmp_path):
    data = database(tmp_path / "a.db", "CREATE TABLE a (b TEXT)", "INSERT INTO a VALUES ('Ada Lovelace')")
    assert "Ada" not in str(tables(data))


def test_a_database_cut_anywhere_raises_nothing(tmp_path):
    data = database(tmp_path / "a.db", "CREATE TABLE a (b TEXT)")
    for end in range(0, len(data), 501):
        assert read_until_stopped(database_schema, BytesSource("a.db", data[:end]))[1] is None
