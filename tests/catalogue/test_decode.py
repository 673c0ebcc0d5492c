import pytest

from scanner.catalogue.decode import decode_technology
from scanner.catalogue.signature_error import SignatureError
from scanner.model.vocabulary import Capability, IndicatorKind, Weight
from tests.catalogue.folders import GOOD, changed

FILE = "libraries/example-face.yaml"


def decode(text: str):
    return decode_technology(text.encode(), FILE)


def mistake_in(text: str) -> SignatureError:
    with pytest.raises(SignatureError) as caught:
        decode(text)
    return caught.value


def test_a_good_signature_becomes_a_technology():
    technology = decode(GOOD)
    assert technology.id == "example-face"
    assert technology.group == "libraries"
    assert technology.capabilities == (Capability.DETECTION, Capability.VERIFICATION)
    package, class_ = technology.indicators
    assert (package.kind, package.value, package.line) == (IndicatorKind.PACKAGE, "pkg:pypi/example-face", 9)
    assert package.verified
    assert (class_.weight, class_.grants) == (Weight.STRONG, (Capability.IDENTIFICATION,))
    assert not class_.verified
    assert class_.all_of[0].value == "example_face_start"
    assert technology.lookalikes[0].line == 19
    assert technology.examples[1].data == "example_face_start\x00\xff"


def test_a_version_without_quotes_stays_the_text_it_is():
    technology = decode(GOOD)
    assert technology.indicators[0].seen_in == "example-face 1.10"
    written = {"kind": "package", "purl": "pkg:pypi/example-face", "role": "installed", "version": "1.10"}
    assert technology.examples[0].observations[0].items() >= written.items()


def test_numbers_in_observations_become_numbers():
    row = "      - {kind: package, purl: pkg:pypi/example-face, role: installed, version: 1.10}"
    technology = decode(changed(row, "      - {kind: bytes, pattern: x#0, offset: 12, length: 3, text: abc}"))
    assert technology.examples[0].observations[0]["offset"] == 12


def test_no_and_on_and_dates_are_words():
    text = changed("name: Example Face\n", "name: no\n").replace("vendor: Example Inc.", "vendor: 2020-01-01")
    technology = decode(text)
    assert (technology.name, technology.vendor) == ("no", "2020-01-01")


@pytest.mark.parametrize("word", ["yes", "no", "on", "True", '"true"', "1"])
def test_only_true_and_false_are_booleans(word):
    error = mistake_in(changed("verified: false", f"verified: {word}"))
    assert error.line == 13
    assert "must be true or false" in error.message


def test_a_folded_summary_becomes_one_line():
    technology = decode(changed("summary: A library that", "summary: >\n  A library that\n "))
    assert technology.summary == "A library that tells whether two faces belong to the same person."


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("vendor: ", "vendro: ", 3, "the signature knows no key 'vendro'; did you mean `vendor`?"),
        ("vendor: Example Inc.\n", "", 1, "the signature has no `vendor:`"),
        ("kind: library\n", "", 1, "the signature has no `kind:`"),
        ("kind: library", "kind: libary", 4, "`kind:` knows no 'libary'; it is one of: library, model"),
        ("[verification, detection]", "[verify]", 7, "knows no 'verify'; it is one of: detection, landmarks"),
        ("[verification, detection]", "[detection, detection]", 7, "says 'detection' twice"),
        ("[verification, detection]", "verification", 7, "must be a list"),
        ("Example Inc.", "", 3, "`vendor:` has no value"),
        ("Example Inc.", '"  "', 3, "`vendor:` is empty"),
        ("Example Inc.", '"a\\u202Eb"', 3, "unprintable character U+202E"),
        ("Example Inc.", "[a]", 3, "must be a single text"),
        ("    versions: '>=1.2, <3'", "    symbol: example_face", 11, "`package` and `symbol`"),
        ("  - package: pkg:pypi/example-face\n    seen", "  - seen", 9, "names no kind of thing to look at"),
        ("    verified: false\n", "", 12, "does not say what proves it; add `seen_in:`"),
        ("    verified: false\n", "    verified: true\n", 12, "does not say what proves it"),
        ("    verified: false\n", "    verified: false\n    seen_in: x 1\n", 13, "not both"),
        ("    weight: strong", "    weight: heavy", 15, "it is one of: decisive, strong, supporting"),
        ("    weight: strong", "    size_bytes: 12", 15, "`size_bytes:` belongs to the hash of a whole file only"),
        ("    weight: strong", "    needs: luck", 15, "knows no 'luck'"),
        ("'>=1.2, <3'", "newer", 11, "`versions:` cannot be 'newer'"),
        ("      - symbol: example_face_start", "      - grants: [detection]", 17, "condition under `all`"),
        ("class: java:com.example.face.*", "android: com.example.Face", 12, "must begin with permission:"),
        ("class: java:com.example.face.*", f"hash: sha256:{'a' * 64}", 12, "a hash needs `size_bytes:`"),
        ("class: java:com.example.face.*", f"hash: sha256:{'A' * 64}", 12, "is no hash"),
        ("package: pkg:pypi/example-face\n", "package: example-face\n", 9, "is no package URL"),
        ("package: pkg:pypi/example-face\n", "package: pkg:pypi/example-face@1\n", 9, "must be without version"),
        ("package: pkg:pypi/example-face\n", "package: pkg:pypi/Example_Face\n", 9, "spelt differently"),
        ("    why: The documentation of the library.", "    note: x", 20, "the look-alike knows no key 'note'"),
        ("    why: The documentation of the library.\n", "", 19, "the look-alike has no `why:`"),
        ("    gives: []\n", "", 26, "an example needs `gives:`"),
        ('    data: "example_face_start\\x00\\xff"\n', "", 26, "either `observations:` or `data:`"),
        ("\\x00\\xff", "\\u20AC", 29, "characters up to U+00FF only"),
        ("kind: package, purl", "kind: parcel, purl", 25, "an observation has a `kind:`, one of: identity"),
        ("version: 1.10}", "versoin: 1.10}", 25, "the observation knows no key 'versoin'"),
        ("version: 1.10}", "offset: 1}", 25, "a package observation has no 'offset'"),
        (", role: installed", "", 25, "missing required field `role`"),
        ("role: installed", "role: eaten", 25, "is not complete"),
    ],
)
def test_each_mistake_is_named_with_its_line(old, new, line, message):
    error = mistake_in(changed(old, new))
    assert message in error.message
    assert str(error).startswith(f"{FILE}:{line}: ")


def test_a_signature_without_indicators_is_refused():
    text = GOOD[: GOOD.index("indicators:")] + "indicators: []\n"
    assert "can never match" in mistake_in(text).message


def test_the_text_of_the_file_cannot_send_escapes_to_a_terminal():
    error = mistake_in(changed("vendor: Example", '"a\\e[31m": Example'))
    assert str(error).isprintable()
