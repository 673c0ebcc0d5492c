"""A PostgreSQL server of the tests' own, where the programs of one are installed."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


def program(name: str) -> str | None:
    """A program of PostgreSQL's server, which Debian keeps off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


@contextmanager
def server() -> Iterator[str]:
    """The URL of a database in a server of its own, reached by a socket in a folder of its own; skips without one."""
    pytest.importorskip("psycopg", reason="the PostgreSQL client (psycopg) is not installed")
    initdb, postgres = program("initdb"), program("postgres")
    if initdb is None or postgres is None:
        pytest.skip("the PostgreSQL server is not installed")
    with TemporaryDirectory(prefix="frscan-") as folder:  # not pytest's, into which another account may not look
        yield from _serving(Path(folder), initdb, postgres)


def _serving(folder: Path, initdb: str, postgres: str) -> Iterator[str]:
    as_user: list[str] = []
    if os.name == "posix" and os.geteuid() == 0:  # the server refuses to run as the superuser
        if shutil.which("runuser") is None or subprocess.run(["id", "postgres"], capture_output=True).returncode:
            pytest.skip("there is no account to run the PostgreSQL server under")
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    data = str(folder / "data")
    subprocess.run([*as_user, initdb, "-D", data, "-U", "frscan", "-A", "trust"], check=True, capture_output=True)
    command = [*as_user, postgres, "-D", data, "-k", str(folder), "-c", "listen_addresses=", "-F"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        url = f"postgresql+psycopg://frscan@/postgres?host={folder}"
        try:
            _wait_for(url)
            yield url
        finally:
            server = (folder / "data" / "postmaster.pid").read_text().partition("\n")[0]
            os.kill(int(server), signal.SIGINT)  # so it does not wait for who is still connected


def _wait_for(url: str) -> None:
    import psycopg

    for _ in range(100):
        try:
            psycopg.connect(url.replace("+psycopg", "")).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    pytest.skip("the PostgreSQL server did not start")


def new_database(url: str, name: str) -> str:
    """The URL of an empty database on the server."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return url.replace("/postgres?", f"/{name}?")
