"""Hosts that stand in the texts of an app's code, whatever it was compiled to."""

import shutil
import zipfile

from scanner.formats import code_hosts, hermes_hosts
from scanner.model.observation import Config
from tests.budgets import CountingBudget
from tests.commands import FIXTURES, scanned
from tests.containers.test_hermes_bytecode import compiled
from tests.formats.apple_files import macho_with
from tests.hostile.archives import zipped
from tests.sources import BytesSource


def hosts(data: bytes) -> list[str]:
    found = code_hosts.observe(BytesSource("classes.dex", data), CountingBudget())
    return [one.value for one in found if isinstance(one, Config)]


def test_each_host_of_an_address_is_told_once_in_lower_case():
    data = b"\0\x10https://API.example.org/v1\0\x13wss://live.example.org:443\0\x12http://api.example.org\0"
    assert hosts(data) == ["api.example.org", "live.example.org"]


def test_what_is_no_address_of_a_host_is_left_out():
    texts = [
        b"content://com.example.app/x",
        b"https://",
        b"https://localhost/",
        b"https://%s.example.org/",
        b"http://schemas.android.com/apk/res/android",
        b"https://example..org/",
    ]
    assert hosts(b"\0".join(texts) + b"\0") == []


def test_no_more_than_a_hundred_are_told():
    assert len(hosts(b"".join(b"https://h%d.example.org\0" % number for number in range(150)))) == 100


def test_in_compiled_javascript_a_host_ends_where_its_text_does():
    data = compiled(["fetch", "https://api.example.org", "com.acme", "https://API.example.org/v2", "http://x"])
    (found,) = hermes_hosts.observe(BytesSource("main.jsbundle", data), CountingBudget())
    assert (found.value, found.place) == ("api.example.org", "text[1]")
    assert list(hermes_hosts.observe(BytesSource("main.jsbundle", data[:90]), CountingBudget())) == []


def test_hosts_of_an_iphone_app_come_from_its_program_and_its_javascript(tmp_path):
    program = macho_with(
        undefined=("_OBJC_CLASS_$_VNDetectFaceRectanglesRequest",), constants=b"x\0https://door.example.org/v1\0"
    )
    texts = ["https://people.example.org", "faces"]
    members = {"App": program, "main.jsbundle": compiled(texts), "Info.plist": b"<plist version='1.0'><dict/></plist>"}
    app = tmp_path / "door.ipa"
    app.write_bytes(zipped(*((f"Payload/App.app/{name}", content) for name, content in members.items())))
    told = {fact["name"]: fact for component in scanned(app)["components"] for fact in component.get("privacy", ())}
    assert told["hosts"]["what"] == "names these hosts in its code: door.example.org, people.example.org"


def test_hosts_and_signer_of_an_app_stand_beside_what_was_found_in_it(tmp_path):
    app = tmp_path / "demo.apk"
    shutil.copy(FIXTURES / "android/demo.apk", app)
    with zipfile.ZipFile(app, "a") as archive:
        archive.write(FIXTURES / "formats/code-hosts/classes.dex", "classes3.dex")
        archive.write(FIXTURES / "formats/jar-signer/ACME.RSA", "META-INF/ACME.RSA")
    told = {fact["name"]: fact for component in scanned(app)["components"] for fact in component.get("privacy", ())}
    assert "door.example.org, rekognition." in told["hosts"]["what"]
    assert told["hosts"]["locator"] == "demo.apk!/classes3.dex"
    assert told["signer Acme Doors"]["locator"] == "demo.apk!/META-INF/ACME.RSA"
