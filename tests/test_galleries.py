"""Stores of faces: found by their form, and nobody in them is ever named in a report."""

import json
import pickle
import re
import sqlite3
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scanner.reports import formats
from tests.commands import frscan_here

PEOPLE = ("Ada Lovelace", "alan_turing", "Grace", "Mary-Seacole")
_NAMED = re.compile("|".join(PEOPLE), re.IGNORECASE)
_ROW = [0.125 + number / 4096 for number in range(128)]
_NUMBERS = re.compile(r"0\.125\d|0\.1252")


class _Row:
    """Pickles as a row of NumPy does, without NumPy."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _array, ((0,), b"b"), (1, (128,), _Type(), False, bytes(512))


class _Type:
    def __reduce__(self) -> tuple[Any, ...]:
        return _array, ("f4", False, True)


def _array(*_arguments: object) -> "_Built":
    """Stands for the maker of arrays."""
    return _Built()


class _Built:
    def __setstate__(self, state: object) -> None:
        """Nothing is kept."""


def write_galleries(folder: Path) -> None:
    """One store in every form that is known."""
    rows = {"encodings": [_Row() for _ in PEOPLE], "names": list(PEOPLE), "made": "numpy"}
    (folder / "encodings.pickle").write_bytes(pickle.dumps(rows, protocol=4))
    records = [{"identity": f"people/{name}.jpg", "hash": name, "embedding": _ROW} for name in PEOPLE]
    (folder / "representations.pkl").write_bytes(pickle.dumps(records, protocol=4))
    by_name = {**{name: _Row() for name in PEOPLE}, "made": "numpy"}
    (folder / "known.pkl").write_bytes(pickle.dumps(by_name, protocol=4))
    with zipfile.ZipFile(folder / "facebank.pth", "w") as archive:
        archive.writestr("facebank/data.pkl", pickle.dumps({**by_name, "owner": PEOPLE[0]}, protocol=2))
    labelled = [{"label": name, "descriptors": [_ROW]} for name in PEOPLE]
    (folder / "descriptors.json").write_text(json.dumps(labelled), encoding="utf-8")
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (4, 128), }".ljust(117) + b"\n"
    array = b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + struct.pack("<512f", *_ROW * 4)
    (folder / "known_face_encodings.npy").write_bytes(array)
    lbph = (
        "%YAML:1.0\n---\nopencv_lbphfaces:\n   threshold: 1.\n   histograms:\n      - !!opencv-matrix\n   labelsInfo:\n"
    )
    lbph += "".join(f"      - {{ label:{number}, value:'{name}' }}\n" for number, name in enumerate(PEOPLE))
    (folder / "trained.yml").write_text(lbph, encoding="utf-8")
    with sqlite3.connect(folder / "photos.db") as database:
        database.execute("CREATE TABLE faces (id INTEGER, photo TEXT, embedding BLOB, person_id TEXT)")
        database.executemany("INSERT INTO faces VALUES (1, 'a.jpg', x'00', ?)", [(name,) for name in PEOPLE])
    database.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("galleries")
    write_galleries(folder)
    ran = frscan_here("scan", "-q", "-j", "1", "--no-cache", "--fail-on", "never", "-f", "json", folder)
    return folder, ran.report


def test_each_form_of_store_is_found_and_present(report):
    folder, found = report
    told = {
        evidence["locator"].partition("!")[0]
        for finding in found["findings"]
        if finding["technology"]["id"] == "face-gallery" and finding["presence"] == "present"
        for evidence in finding["evidence"]
    }
    assert {file.name for file in folder.iterdir()} <= told


@pytest.mark.parametrize("name", sorted(formats()))
def test_no_format_of_the_report_names_anybody_or_shows_a_number_of_a_face(name, report, tmp_path):
    (tmp_path / "report.json").write_text(json.dumps(report[1]), encoding="utf-8")
    shown = frscan_here("report", tmp_path / "report.json", "-f", name).out
    assert shown
    assert _NAMED.search(shown) is None
    assert _NUMBERS.search(shown) is None


def test_a_store_of_faces_raises_the_question_of_information_derived_from_recognition(report, tmp_path):
    folder, _ = report
    who = ["--jurisdiction", "us-ma-boston", "--operator", "city-agency", "--act", "use-derived-information"]
    ran = frscan_here("scan", "-q", "-j", "1", "--no-cache", "--fail-on", "never", "-f", "json", *who, folder)
    outcomes = {each["outcome"] for each in ran.report["assessments"] if each["ordinance"] == "us-ma-boston"}
    assert outcomes
    assert outcomes <= {"possible-violation", "depends"}
