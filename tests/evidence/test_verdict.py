import doctest

import pytest

import scanner.evidence.confidence
from scanner.catalogue.index import entries_of
from scanner.evidence.verdict import grade, witnesses
from scanner.matching.match import Match
from scanner.model.observation import Library
from scanner.model.vocabulary import Capability, Presence, Verdict, Weight
from tests.catalogues import indicator, technology

RECOGNISES = (Capability.IDENTIFICATION,)
DETECTS = (Capability.DETECTION,)


def graded(tech, *presences):
    return grade(tech, [_sight(entry, presence) for entry, presence in zip(entries_of(tech), presences, strict=False)])


def _sight(entry, presence, seen=""):
    observation = Library(name=seen or entry.key, role="is", place="here")
    match = Match(key=entry.key, artifact="x", artifact_type="elf", observation=observation, presence=presence)
    return entry, match


def strong(grants=(), **fields):
    return indicator("library", "x", grants=grants, **fields)


@pytest.mark.parametrize(
    ("general", "presence", "verdict"),
    [
        (False, Presence.USED, Verdict.RECOGNITION),
        (False, Presence.PRESENT, Verdict.RECOGNITION),
        (False, Presence.DECLARED, Verdict.RECOGNITION),
        (False, Presence.REFERENCED, Verdict.NONE),
        (True, Presence.USED, Verdict.RECOGNITION),
        (True, Presence.PRESENT, Verdict.CAPABLE_DORMANT),
        (True, Presence.DECLARED, Verdict.NONE),
        (True, Presence.REFERENCED, Verdict.NONE),
    ],
)
def test_what_it_is_made_for_and_how_it_is_there_decide(general, presence, verdict):
    assert graded(technology(strong(RECOGNISES), general_purpose=general), presence).verdict is verdict


def test_an_indicator_may_say_otherwise_than_its_technology():
    tech = technology(strong(RECOGNISES, general_purpose=False), general_purpose=True)
    assert graded(tech, Presence.PRESENT).verdict is Verdict.RECOGNITION


def test_what_needs_a_model_is_dormant_without_one():
    assert graded(technology(strong(RECOGNISES, needs="model")), Presence.PRESENT).verdict is Verdict.CAPABLE_DORMANT


def test_faces_without_recognition_are_face_analysis():
    assert graded(technology(strong(DETECTS)), Presence.PRESENT).verdict is Verdict.FACE_ANALYSIS


def test_what_is_declared_for_recognition_and_called_for_less_is_face_analysis():
    call = indicator("call", "python:acme.find_faces", grants=DETECTS)
    tech = technology(strong(RECOGNISES), call)
    assert graded(tech, Presence.DECLARED, Presence.USED).verdict is Verdict.FACE_ANALYSIS
    assert graded(tech, Presence.PRESENT, Presence.USED).verdict is Verdict.RECOGNITION


def test_device_unlock_alone_is_no_verdict():
    tech = technology(strong((Capability.DEVICE_UNLOCK,)), capabilities=())
    assert graded(tech, Presence.USED).verdict is Verdict.NONE


def test_thin_evidence_sets_no_verdict_and_two_thin_witnesses_do():
    one = technology(strong(RECOGNISES, weight=Weight.SUPPORTING))
    two = technology(strong(RECOGNISES, weight=Weight.SUPPORTING), strong(RECOGNISES, weight=Weight.SUPPORTING))
    assert graded(one, Presence.USED).verdict is Verdict.NONE
    assert graded(two, Presence.USED, Presence.USED).verdict is Verdict.RECOGNITION


def test_two_patterns_over_one_sight_are_one_witness():
    tech = technology(strong(), strong(weight=Weight.SUPPORTING))
    sights = [_sight(entry, Presence.USED, seen="the same") for entry in entries_of(tech)]
    assert witnesses(sights) == (Weight.STRONG,)


def test_thin_evidence_of_recognition_does_not_ride_on_sure_evidence_of_detection():
    tech = technology(strong(DETECTS), strong(RECOGNISES, weight=Weight.SUPPORTING))
    assert graded(tech, Presence.USED, Presence.USED).verdict is Verdict.FACE_ANALYSIS


def test_presence_is_kept_for_each_capability():
    tech = technology(strong(DETECTS), strong(RECOGNISES))
    result = graded(tech, Presence.USED, Presence.PRESENT)
    assert result.capability_presence == {
        Capability.DETECTION: Presence.USED,
        Capability.IDENTIFICATION: Presence.PRESENT,
    }
    assert result.presence is Presence.USED


def test_an_unverified_indicator_without_grants_grants_nothing():
    assert graded(technology(strong(seen_in="")), Presence.REFERENCED).capabilities == ()


def test_the_worked_examples_of_confidence_are_true():
    assert doctest.testmod(scanner.evidence.confidence).failed == 0
    assert doctest.testmod(scanner.evidence.confidence).attempted >= 6
