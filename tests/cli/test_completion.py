"""The tabulator key, as bash asks: what stands on the line, and where the cursor is."""

import pytest

from tests.commands import frscan


def offered(line: str) -> list[str]:
    """What is offered for the last word of the line; an empty one is a new word."""
    words = line.split(" ")
    ran = frscan(_FRSCAN_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1))
    assert ran.err == ""
    return ran.out.split()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("frscan sc", ["scan"]),
        ("frscan scan --oper", ["--operator"]),
        ("frscan scan --operator city-", ["city-agency", "city-police", "city-contractor"]),
        ("frscan scan --jurisdiction us-or", ["us-or", "us-or-portland"]),
        ("frscan scan --fail-on n", ["none", "not-applicable", "not-reached", "never"]),
        ("frscan scan --purpose reda", ["redaction", "redaction-for-external-release"]),
        ("frscan report -f im", ["impact-assessment"]),
        ("frscan graph -f gr", ["graphml"]),
        ("frscan ordinances show us-ma-bo", ["us-ma-boston"]),
    ],
)
def test_the_tabulator_key_completes_commands_options_and_their_words(line: str, words: list[str]) -> None:
    assert offered(line) == words
