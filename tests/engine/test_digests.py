"""SHA-256 of the files that hold findings: taken by workers while the main process judges, or afterwards."""

from hashlib import sha256

import pytest

from scanner.engine import digests
from tests.engine.scanning import WORD, scanned


@pytest.mark.parametrize(
    ("from_bytes", "most_bytes"), [(0, 1 << 20), (0, 150), (1 << 20, 1 << 20)], ids=["by workers", "by both", "after"]
)
def test_each_file_with_a_finding_is_named_by_its_digest(target, monkeypatch, from_bytes, most_bytes):
    monkeypatch.setattr(digests, "_FROM_BYTES", from_bytes)
    monkeypatch.setattr(digests, "_MOST_BYTES", most_bytes)
    contents = {f"{n}.txt": f"x = '{WORD}'\n".encode() + b"-" * 100 * n for n in range(3)}
    for name, content in contents.items():
        (target / name).write_bytes(content)
    (target / "other.txt").write_text("nothing")
    report = scanned(target, jobs=2)
    assert {one.locator: (one.sha256, one.size) for one in report.artifacts} == {
        name: (sha256(content).hexdigest(), len(content)) for name, content in contents.items()
    }


def test_a_file_that_is_gone_when_it_is_hashed_is_left_out(target, monkeypatch):
    monkeypatch.setattr(digests, "_FROM_BYTES", 0)
    (target / "a.txt").write_text(WORD)
    (target / "b.txt").write_text(WORD)
    begin = digests.Digests.begin

    def after_a_loss(self: digests.Digests, locators: list[str]) -> None:
        (target / "a.txt").unlink()
        begin(self, locators)

    monkeypatch.setattr(digests.Digests, "begin", after_a_loss)
    assert [one.locator for one in scanned(target).artifacts] == ["b.txt"]
