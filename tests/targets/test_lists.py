"""Lists of software as targets: what the report calls them, and what they can and cannot show."""

import json

from scanner.cli.exits import Exit
from tests.commands import frscan_here as frscan

ROWS = "DisplayName0,Version0,Publisher0,User_Name0\n"
FACES = '"Luxand® FaceSDK 8.1 (x64)",8.1,"LUXAND, Inc.",ann\n'


def scanned(path, *options):
    ran = frscan("scan", "-q", "--no-cache", "-f", "json", *options, str(path))
    return ran, json.loads(ran.out)


def test_an_inventory_shows_what_it_lists_and_no_more_than_declared(tmp_path):
    (tmp_path / "list.csv").write_text(ROWS + "Editor,1,Other,x\n" + FACES * 3, encoding="utf-8")
    ran, report = scanned(tmp_path / "list.csv")
    assert ran.status == Exit.FOUND
    assert (report["target"]["kind"], report["verdict"], report["complete"]) == ("inventory", "recognition", True)
    (finding,) = report["findings"]
    assert (finding["presence"], finding["technology"]["id"]) == ("declared", "luxand-facesdk")
    assert finding["component"]["name"] == "Luxand® FaceSDK 8.1 (x64)"
    assert [(e["place"], e["times"]) for e in finding["evidence"]] == [("rows 3, 4 and 5", 3)]
    assert finding["path"] == ["list.csv", "Luxand® FaceSDK 8.1 (x64)", "luxand-facesdk"]
    text = frscan("scan", "-q", "--no-cache", str(tmp_path / "list.csv")).out
    assert "The target is a list of software. None of the software itself was opened." in text
    assert "Columns about people were not kept: User_Name0." in " ".join(text.split())


def test_two_products_of_one_list_are_two_components_with_fingerprints_of_their_own(tmp_path):
    (tmp_path / "list.csv").write_text(ROWS + FACES + "digiKam,8.3,KDE,x\n", encoding="utf-8")
    _, report = scanned(tmp_path / "list.csv")
    assert len({finding["component"]["id"] for finding in report["findings"]}) == 2
    assert len({finding["fingerprint"] for finding in report["findings"]}) == 2
    assert len(report["components"]) == 2


def test_versions_of_one_product_are_one_component(tmp_path):
    rows = "Luxand FaceSDK,8.1,Luxand,x\nLuxand FaceSDK,8.0,Luxand,x\n"
    (tmp_path / "list.csv").write_text(ROWS + rows, encoding="utf-8")
    _, report = scanned(tmp_path / "list.csv")
    assert [c["version"] for c in report["components"]] == ["8.0, 8.1"]


def test_a_name_that_only_resembles_is_a_mention_for_a_person(tmp_path):
    (tmp_path / "list.csv").write_text(ROWS + "LuxandFace-SDK Demo,8,,x\n", encoding="utf-8")
    ran, report = scanned(tmp_path / "list.csv")
    (finding,) = report["findings"]
    assert (finding["presence"], finding["verdict"], ran.status) == ("referenced", "none", Exit.NOTHING)
    assert finding["evidence"][0]["place"] == "row 2; the name only resembles it"


def test_an_inventory_inside_a_folder_is_read_row_by_row_as_well(tmp_path):
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "list.csv").write_text(ROWS + FACES, encoding="utf-8")
    _, report = scanned(tmp_path)
    assert report["target"]["kind"] == "folder"
    (finding,) = report["findings"]
    assert (finding["presence"], finding["evidence"][0]["place"]) == ("declared", "row 2")


def test_a_bill_of_materials_is_a_kind_of_its_own(tmp_path):
    bom = {"bomFormat": "CycloneDX", "components": [{"name": "x", "purl": "pkg:npm/face-api.js@0.22.2"}]}
    (tmp_path / "bom.json").write_text(json.dumps(bom), encoding="utf-8")
    _, report = scanned(tmp_path / "bom.json")
    assert (report["target"]["kind"], report["findings"][0]["presence"]) == ("sbom", "declared")


def test_a_table_nobody_knows_is_no_all_clear_until_its_columns_are_told(tmp_path):
    (tmp_path / "list.csv").write_text("Bezug;Wer\nLuxand FaceSDK;Luxand\n", encoding="utf-8")
    ran, report = scanned(tmp_path / "list.csv")
    assert (ran.status, report["complete"]) == (Exit.INCOMPLETE, False)
    assert "--map" in report["unreadable"][0]["reason"]
    ran, report = scanned(tmp_path / "list.csv", "--map", "name=Bezug,publisher=Wer")
    assert (ran.status, report["complete"]) == (Exit.FOUND, True)


def test_a_map_that_names_no_product_column_is_refused(tmp_path):
    assert frscan("scan", "--map", "publisher=Wer", str(tmp_path)).status == Exit.USAGE
    assert frscan("scan", "--map", "colour=Wer", str(tmp_path)).status == Exit.USAGE
