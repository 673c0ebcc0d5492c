from collections.abc import Iterator

import pytest

from tests import postgresql


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a database on a PostgreSQL server; skips the test where there is none."""
    with postgresql.server() as url:
        yield url


@pytest.fixture(scope="session")
def server_if_any(request: pytest.FixtureRequest) -> str:
    """The same; empty where there is none."""
    try:
        url: str = request.getfixturevalue("server")
    except pytest.skip.Exception:
        return ""
    return url
