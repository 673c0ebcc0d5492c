"""Privacy manifests of Apple's apps: what they say they collect, in both syntaxes, and what is no manifest."""

import plistlib
from pathlib import Path

import pytest

from scanner.formats import apple_privacy
from scanner.model.observation import Config
from scanner.model.source import Unreadable
from tests.budgets import CountingBudget
from tests.sources import BytesSource

MANIFEST = (Path(__file__).parents[2] / "fixtures/formats/apple-privacy/PrivacyInfo.xcprivacy").read_bytes()


def said(data: bytes) -> list[tuple[str, str]]:
    found = apple_privacy.observe(BytesSource("PrivacyInfo.xcprivacy", data), CountingBudget())
    return [(one.name, one.value) for one in found if isinstance(one, Config)]


@pytest.mark.parametrize("data", [MANIFEST, plistlib.dumps(plistlib.loads(MANIFEST), fmt=plistlib.FMT_BINARY)])
def test_data_and_hosts_are_told(data):
    assert apple_privacy.wants("privacyinfo.xcprivacy", data)
    assert said(data) == [
        ("NSPrivacyCollectedDataTypePhotosorVideos", "linked to the person, app functionality"),
        ("NSPrivacyTrackingDomains", "door.example.org"),
    ]


def test_values_of_other_types_are_passed_over():
    assert said(plistlib.dumps({"NSPrivacyCollectedDataTypes": [1, {"NSPrivacyCollectedDataType": 2}, {}]})) == []
    assert said(plistlib.dumps({"NSPrivacyCollectedDataTypes": "x", "NSPrivacyTrackingDomains": [1]})) == []


def test_a_damaged_manifest_is_reported():
    with pytest.raises(Unreadable, match="damaged"):
        said(MANIFEST[:200])
