"""Facts from the command line and from a file."""

from datetime import date
from pathlib import Path

import pytest

from scanner.model.law import Checked, Deployment, Reading
from scanner.model.vocabulary import Act, Operator, Place, Reach
from scanner.ordinances import DeploymentError, deployment_from, known_purposes, laws, read_deployment


def test_nothing_stated_gives_an_empty_deployment() -> None:
    assert deployment_from() == Deployment()
    assert deployment_from(None, None, None, None, None, None) == Deployment()


def test_words_of_the_command_line_become_facts() -> None:
    stated = deployment_from(
        ["US-OR-Portland", "us-or-portland"],
        "private-entity",
        "public-accommodation",
        ["use", "acquire", "use"],
        ["compliance-with-law"],
        "2026-01-31",
    )
    assert stated == Deployment(
        jurisdictions=("us-or-portland",),
        operator=Operator.PRIVATE_ENTITY,
        place=Place.PUBLIC_ACCOMMODATION,
        acts=(Act.USE, Act.ACQUIRE),
        purposes=("compliance-with-law",),
        as_of=date(2026, 1, 31),
    )


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"operator": "city_agency"}, "did you mean 'city-agency'?"),
        ({"operator": "vendor"}, "it is one of: city-agency, city-police"),
        ({"place": "public accommodation"}, "did you mean 'public-accommodation'?"),
        ({"acts": ["aquire"]}, "did you mean 'acquire'?"),
        ({"purposes": ["redacton"]}, "did you mean 'redaction'?"),
        ({"jurisdictions": ["Portland"]}, "did you mean 'us-me-portland' or 'us-or-portland'?"),
        ({"jurisdictions": ["San Francisco"]}, "did you mean 'us-ca-san-francisco'?"),
        ({"jurisdictions": [""]}, "country-state-place"),
        ({"as_of": "31.1.2026"}, "2026-01-31"),
        ({"purposes": ["redaction"], "denied_purposes": ["redaction"]}, "both stated and denied"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(facts: dict[str, list[str]], says: str) -> None:
    with pytest.raises(DeploymentError) as caught:
        deployment_from(**facts)  # type: ignore[arg-type]  # each case states other facts
    assert says in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_well_formed_jurisdiction_that_no_law_knows_is_accepted() -> None:
    assert deployment_from(["us-tx-austin"]).jurisdictions == ("us-tx-austin",)


def test_a_purpose_that_fits_no_exception_can_be_stated() -> None:
    assert deployment_from(purposes=["other"]).purposes == ("other",)
    assert "bundled-feature-not-used" in known_purposes(laws())


def written(folder: Path, text: str) -> Path:
    path = folder / "deployment.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_keeps_the_answers_who_gave_them_and_when(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        jurisdiction = "us-ma-boston"
        operator = "city-police"
        act = ["possess", "use"]
        not-purpose = ["redaction"]
        as-of = 2026-01-31
        answered-by = "A. Clerk"
        answered-on = "2026-01-30"
        """,
    )
    assert read_deployment(path) == Deployment(
        jurisdictions=("us-ma-boston",),
        operator=Operator.CITY_POLICE,
        acts=(Act.POSSESS, Act.USE),
        denied_purposes=("redaction",),
        as_of=date(2026, 1, 31),
        answered_by="A. Clerk",
        answered_on=date(2026, 1, 30),
    )


def test_what_is_stated_now_goes_before_the_file(tmp_path: Path) -> None:
    base = read_deployment(written(tmp_path, 'operator = "school"\nplace = "school"\nact = ["use"]\n'))
    stated = deployment_from(operator="private-entity", base=base)
    assert (stated.operator, stated.place, stated.acts) == (Operator.PRIVATE_ENTITY, Place.SCHOOL, (Act.USE,))


def test_a_purpose_denied_in_the_file_cannot_be_stated_beside_it(tmp_path: Path) -> None:
    base = read_deployment(written(tmp_path, 'not-purpose = ["redaction"]\n'))
    with pytest.raises(DeploymentError, match="both stated and denied"):
        deployment_from(purposes=["redaction"], base=base)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("operater = 'school'\n", "did you mean 'operator'?"),
        ("operator = 3\n", "one text in quotes"),
        ("act = [1]\n", "a word or a list of words"),
        ("as-of = 5\n", "must be a date"),
        ("operator = \n", "line 1"),
        ("place = 'street'\n", "it is one of: public-accommodation"),
    ],
)
def test_a_mistake_in_the_file_names_the_file(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(DeploymentError) as caught:
        read_deployment(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)


def test_a_file_that_is_not_there_or_no_text_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DeploymentError, match="cannot be read"):
        read_deployment(tmp_path / "none.toml")
    with pytest.raises(DeploymentError, match="cannot be read"):
        read_deployment(tmp_path)
    path = tmp_path / "deployment.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DeploymentError, match="not valid UTF-8"):
        read_deployment(path)


ANSWERS = """
answered-by = "J. Doe"
[facts]
gallery = true
[readings.us-or-portland-bureaus]
detection = "not-reached"
[exceptions.bos-device-authentication]
confirmed = [1, 2]
"""


def test_a_file_may_answer_the_questions_of_laws(tmp_path: Path) -> None:
    file = tmp_path / "deployment.toml"
    file.write_text(ANSWERS, encoding="utf-8")
    stated = read_deployment(file)
    assert stated.facts == {"gallery": True}
    assert stated.readings == (
        Reading(ordinance="us-or-portland-bureaus", subject="detection", reach=Reach.NOT_REACHED),
    )
    assert stated.checked == (Checked(exception="bos-device-authentication", confirmed=(1, 2)),)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("gallery = true", 'gallery = "yes"', "true or false"),
        ("gallery", "galery", "did you mean 'gallery'?"),
        ("us-or-portland-bureaus", "us-or-portland-bureau", "did you mean 'us-or-portland-bureaus'?"),
        ('detection = "not-reached"', 'detection = "no"', "not-reached"),
        ("detection =", "detecting =", "did you mean 'detection'?"),
        ("detection =", "identification =", "nothing to read"),
        ("[1, 2]", "[1, 9]", "numbers from 1 to 2"),
        ("[1, 2]", "[true]", "numbers from 1 to 2"),
        ("confirmed = [1, 2]", "confirmed = [1]\ndenied = [1]", "both confirmed and denied"),
        ("confirmed", "agreed", "one of: confirmed, denied"),
        ("bos-device-authentication", "bos-device-authentcation", "did you mean 'bos-device-"),
        ("[facts]\ngallery = true", "facts = true", "must be a table"),
    ],
)
def test_a_wrong_answer_is_answered_with_what_may_be_written(tmp_path: Path, old: str, new: str, says: str) -> None:
    file = tmp_path / "deployment.toml"
    file.write_text(ANSWERS.replace(old, new), encoding="utf-8")
    with pytest.raises(DeploymentError) as caught:
        read_deployment(file)
    assert says in str(caught.value)
    assert str(caught.value).endswith(".")
