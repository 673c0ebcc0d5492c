"""The set of signatures says of which day it is."""

import subprocess
from datetime import date

import pytest

from scanner.catalogue.load import read_catalogue, signature_root


@pytest.mark.source_tree
def test_the_day_of_the_set_is_not_before_its_last_change():
    command = ["git", "log", "-1", "--format=%cs", "--", "."]
    try:
        done = subprocess.run(command, cwd=signature_root(), capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    if not done.stdout.strip():
        pytest.skip("the history is not here")
    catalogue, _ = read_catalogue()
    assert date.fromisoformat(catalogue.date) >= date.fromisoformat(done.stdout.strip()), (
        "signatures/ changed after the day in signatures/DATE: write today's date there"
    )
