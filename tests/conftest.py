import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
"""How long an example takes says how busy the machine is; what a parser may spend is held by its budget."""


@pytest.fixture(autouse=True, scope="session")
def _no_installed_signatures(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The signatures that came with the program are tested, whatever set is installed for whoever runs the tests."""
    os.environ["FRSCAN_DATA_DIR"] = str(tmp_path_factory.mktemp("data"))


@contextmanager
def _environment_given_back() -> Iterator[None]:
    """A scan in the test's own process prepares the environment for worker processes; later tests get theirs back."""
    before = dict(os.environ)
    yield
    for name in set(os.environ) - set(before):
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture(autouse=True, scope="module")
def _environment_of_its_module() -> Iterator[None]:
    """Fixtures that a whole module shares may scan, too."""
    with _environment_given_back():
        yield


@pytest.fixture(autouse=True)
def _environment_of_its_own() -> Iterator[None]:
    with _environment_given_back():
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="Write golden files anew from what the program gives now; review the difference before committing it.",
    )
    parser.addoption("--screenshots", metavar="FOLDER", help="Keep pictures of the HTML reports.")
