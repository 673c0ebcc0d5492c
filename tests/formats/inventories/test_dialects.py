"""Every dialect is known again in a list of its own, and the product in it is read with its place."""

import pytest

from scanner.engine.discover import Table
from scanner.formats import readers
from scanner.formats.inventories.dialect import dialects
from scanner.formats.inventories.named import named_list
from scanner.model.listing import spelled_out
from scanner.model.observation import ListRead, Product
from tests.formats.inventories.lists import SAMPLES, Sample
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

BY_FILE = [pytest.param(sample, id=f"{sample.dialect}-{sample.file}") for sample in SAMPLES]


def source_of(sample: Sample) -> BytesSource:
    return BytesSource(sample.file, sample.text.encode(sample.encoding))


def reader_of(source: BytesSource):
    found = named_list(source.name.lower(), source.head)
    assert found is not None, "it is not known again"
    return next(reader for reader in readers() if reader.INFO.name == found.reader)


@pytest.mark.parametrize("sample", BY_FILE)
def test_the_product_is_read_with_its_columns(sample):
    source = source_of(sample)
    found = read(reader_of(source), source)
    (product,) = [p for p in spelled_out(found) if isinstance(p, Product) and p.name == sample.name]
    assert (product.version, product.publisher, product.ids) == (sample.version, sample.publisher, sample.ids)
    assert not sample.place or product.place == sample.place
    (summary,) = [fact for fact in found if isinstance(fact, ListRead)]
    line = next(dialect.line for dialect in dialects() if dialect.name == sample.dialect)
    assert summary.dialect == line


@pytest.mark.parametrize("sample", BY_FILE)
def test_inside_a_folder_only_the_reader_of_lists_looks_at_it(sample):
    source = source_of(sample)
    wanted = Table().wanted(source.name, source.head)
    if sample.dialect == "brew-list":
        assert not wanted.is_list, "so plain a text is only believed of a file that the user named"
    else:
        assert wanted.is_list
        assert [reader.INFO.name for reader in wanted.readers] == [reader_of(source).INFO.name]


def test_every_dialect_has_a_sample():
    assert {sample.dialect for sample in SAMPLES} == {dialect.name for dialect in dialects()}


@pytest.mark.parametrize("sample", BY_FILE)
def test_a_list_cut_anywhere_gives_what_was_read_and_a_reason_at_most(sample):
    whole = source_of(sample)
    reader = reader_of(whole)
    for end in range(0, whole.size, 7):
        read_until_stopped(reader, BytesSource(whole.name, whole.data[:end], focus=frozenset({"named"})))


@pytest.mark.parametrize(
    "text",
    [
        "# Name, Version and Publisher\nThis file says how to install the program.\n",
        "word count\nthe 12345\nof 6789\n",
        "a,b,c\n1,2,3\n",
        '{"name": "shop", "version": "1.0.0", "dependencies": {"x": "^1.0.0"}}',
        '{"name": "shop", "lockfileVersion": 3, "packages": {"": {}}}',
        '{"lockfileVersion": 1, "dependencies": {"x": {"version": "1", "resolved": "r", "overridden": 1}}}',
        '{"version": "1.0", "examples": {"a": [{"input": {"ApplicationName": "x", "ApplicationVersion": "1"}}]}}',
        '[{"name": "Ann", "version": 3}]',
        "x,y,name\n1,2,Berlin\n",
    ],
)
def test_what_is_no_list_of_software_is_left_to_others(text):
    for name in ("a.txt", "a.csv", "a.json", "a.xml"):
        assert not Table().wanted(name, text.encode()).is_list
