from functools import partial

import pytest

from scanner.engine import discover, scan
from tests.engine import scanning


@pytest.fixture
def target(tmp_path, monkeypatch):
    """A folder to scan with the small catalogue, and with a reader in it that does what `.evil` files say."""
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(scan, "load_knowledge", scanning.small_knowledge)
    folder = tmp_path / "target"
    folder.mkdir()
    monkeypatch.setattr(discover, "readers", partial(scanning.with_reader, scanning.Misbehaving(folder)))
    return folder
