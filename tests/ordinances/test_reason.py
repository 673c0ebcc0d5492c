"""The elements one by one: met, not met and unknown."""

from datetime import date

import msgspec
import pytest

from scanner.model.law import Deployment, Law, Verified
from scanner.model.vocabulary import Act, Capability, Met, Operator, Place, Presence, Reach
from scanner.ordinances.act import acts_of, weigh
from scanner.ordinances.reach import capabilities
from scanner.ordinances.reason import in_force, jurisdiction, operator, place
from scanner.ordinances.territory import ancestry
from tests.ordinances.cases import law, situation

DAY = date(2026, 1, 31)


def with_dates(**dates: Verified) -> Law:
    return msgspec.structs.replace(law("us-ma-boston"), adopted=Verified(), effective=Verified(), **dates)


@pytest.mark.parametrize(
    ("dates", "met"),
    [
        ({}, Met.MET),
        ({"expires": Verified(day=date(2026, 2, 1), verified=True)}, Met.MET),
        ({"expires": Verified(day=date(2026, 1, 31), verified=True)}, Met.NOT_MET),
        ({"expires": Verified(day=date(2026, 1, 31))}, Met.UNKNOWN),
    ],
)
def test_a_law_ends_on_its_last_day_if_that_was_verified(dates: dict[str, Verified], met: Met) -> None:
    assert in_force(with_dates(**dates), DAY).element.met is met


def test_a_date_that_was_not_verified_counts_as_in_force_and_says_so() -> None:
    judged = in_force(law("us-mn-minneapolis"), DAY)
    assert judged.element.met is Met.MET
    assert "not verified" in judged.element.reason


def test_a_law_that_is_not_adopted_yet_is_not_in_force() -> None:
    assert in_force(law("us-or-portland-private"), date(2020, 9, 8)).element.met is Met.NOT_MET
    assert in_force(law("us-or-portland-private"), date(2021, 1, 1)).element.met is Met.MET


def test_a_place_with_hyphens_lies_in_its_state_and_not_in_a_shorter_named_place() -> None:
    assert ancestry("us-ca-san-francisco") == ("us-ca-san-francisco", "us-ca", "us")
    assert ancestry("eu") == ("eu",)
    frisco = law("us-ca-san-francisco")
    assert jurisdiction(frisco, Deployment(jurisdictions=("us-ca-san-francisco-bay",))).element.met is Met.NOT_MET


@pytest.mark.parametrize(
    ("of_law", "stated", "met"),
    [
        ("us-or-portland", ("us-or-portland",), Met.MET),
        ("us-or", ("us-or-portland",), Met.MET),
        ("us-or", ("us-ma-boston", "us-or-portland"), Met.MET),
        ("us-or-portland", ("us-or",), Met.UNKNOWN),
        ("us-or-portland", (), Met.UNKNOWN),
        ("us-or-portland", ("us-me-portland",), Met.NOT_MET),
    ],
)
def test_a_law_covers_what_lies_in_its_territory(of_law: str, stated: tuple[str, ...], met: Met) -> None:
    one = msgspec.structs.replace(law("us-or-portland-bureaus"), jurisdiction=of_law)
    assert jurisdiction(one, Deployment(jurisdictions=stated)).element.met is met


@pytest.mark.parametrize(
    ("stated", "met"),
    [
        (Operator.CITY_AGENCY, Met.MET),
        (Operator.CITY_POLICE, Met.MET),
        (Operator.LAW_ENFORCEMENT, Met.UNKNOWN),
        (Operator.CITY_CONTRACTOR, Met.UNKNOWN),
        (Operator.PRIVATE_ENTITY, Met.NOT_MET),
        (None, Met.UNKNOWN),
    ],
)
def test_a_child_satisfies_its_parent_and_a_parent_may_be_the_child(stated: Operator | None, met: Met) -> None:
    judged = operator(law("us-ca-san-francisco"), Deployment(operator=stated))
    assert judged.element.met is met
    assert bool(judged.questions) is (met is Met.UNKNOWN)


def test_a_law_without_places_asks_for_none() -> None:
    assert place(law("us-ma-boston"), Deployment()).element.met is Met.MET


@pytest.mark.parametrize(
    ("stated", "met"),
    [
        (Place.PUBLIC_ACCOMMODATION, Met.MET),
        (Place.PRIVATE_PREMISES, Met.NOT_MET),
        (Place.WORKPLACE, Met.UNKNOWN),
        (None, Met.UNKNOWN),
    ],
)
def test_a_place_is_met_open_or_failed(stated: Place | None, met: Met) -> None:
    judged = place(law("us-or-portland-private"), Deployment(place=stated))
    assert judged.element.met is met
    assert bool(judged.questions) is (met is Met.UNKNOWN)


def test_a_detector_beside_a_matcher_is_reached_as_its_stage_and_no_stronger_than_it() -> None:
    found = capabilities(law("us-ca-san-francisco"), situation("detection used, identification present"))
    stage = next(reached for reached in found if reached.as_stage)
    assert (stage.capability, stage.reach, stage.presence) == (
        Capability.DETECTION,
        Reach.REACHED,
        Presence.PRESENT,
    )


def test_a_detector_beside_a_matcher_that_is_unclear_is_unclear_too() -> None:
    found = capabilities(law("us-or-portland-private"), situation("redaction used, verification used"))
    assert {reached.reach for reached in found if reached.as_stage} == {Reach.UNCLEAR}


def test_device_unlock_is_no_recognition_that_lifts_a_detector() -> None:
    found = capabilities(law("us-ca-san-francisco"), situation("detection used, device-unlock used"))
    assert not any(reached.as_stage for reached in found)


def test_a_stated_act_narrows_what_is_asked() -> None:
    frisco = law("us-ca-san-francisco")
    weighed = weigh(frisco, situation("identification used"), acts_of(frisco, Deployment(acts=(Act.ACQUIRE,))))
    assert weighed.acts == (Act.ACQUIRE,)
    assert weigh(frisco, situation("identification used"), acts_of(frisco, Deployment())).acts == (
        Act.ACQUIRE,
        Act.POSSESS,
        Act.ACCESS,
        Act.USE,
    )


def test_no_scan_shows_a_contract() -> None:
    one = law("us-or-portland-private")
    unnamed, named = one.acts[Act.ACQUIRE], law("us-ma-boston").acts[Act.CONTRACT]
    contracts_only = msgspec.structs.replace(one, acts={**dict.fromkeys(Act, unnamed), Act.CONTRACT: named})
    weighed = weigh(contracts_only, situation("identification used"), acts_of(contracts_only, Deployment()))
    assert weighed.act.element.met is Met.UNKNOWN
    assert "contract" in weighed.act.questions[0].text
    stated = weigh(
        contracts_only, situation("identification used"), acts_of(contracts_only, Deployment(acts=(Act.CONTRACT,)))
    )
    assert stated.act.element.met is Met.MET


def test_an_act_that_was_not_verified_says_so() -> None:
    reason = weigh(
        law("us-mn-minneapolis"), situation("identification used"), acts_of(law("us-mn-minneapolis"), Deployment())
    ).act.element.reason
    assert "not verified" in reason
