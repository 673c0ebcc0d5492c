import pytest

from scanner.engine import scan
from tests.engine.scanning import small_knowledge


@pytest.fixture(autouse=True)
def _small(tmp_path_factory, monkeypatch):
    """The catalogue of one word, and a cache of its own."""
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setattr(scan, "load_knowledge", small_knowledge)
