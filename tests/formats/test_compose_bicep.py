"""The readers of Compose files that take values from others, of Azure Bicep, and of Pulumi's projects in YAML."""

from scanner.formats import bicep, compose, settings_yaml
from scanner.model.observation import Config
from scanner.model.vocabulary import Cause
from tests.format_fixtures import FOLDER, format_fixtures
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource


def fixture(name):
    return next(each.source for each in format_fixtures() if each.parser == name)


def test_a_compose_file_takes_values_from_the_file_beside_it_and_never_a_secret():
    assert read(compose, fixture("compose")) == [
        Config(name="image", value="docker.io/owner/face-kit:1.2", place="line 3"),
        Config(name="APP_FACES", value="true", place="line 7"),
        Config(name="APP_SEARCH", value="on", place="env_file door.variables, line 1"),
    ]


def test_a_compose_file_without_anything_beside_it_says_nothing():
    text = (FOLDER / "compose" / "compose.yaml").read_bytes()
    assert read(compose, BytesSource("compose.yaml", text)) == []


def test_a_variable_that_is_empty_gives_way_to_the_default_only_where_it_says_so():
    text = b"image: a/${X-b}:1\nimage: a/${X:-b}:2\nimage: a/${Y:+b}:3\n"
    found = read(compose, BytesSource("docker-compose.yml", text, neighbours={".env": b"X=\nY=1\n"}))
    assert [one.value for one in found] == ["a/b:3"]


def test_bicep_gives_what_is_created_with_its_kind_images_and_variables():
    assert read(bicep, fixture("bicep")) == [
        Config(name="resource", value="Microsoft.CognitiveServices/accounts/Face", place="line 5"),
        Config(name="image", value="ghcr.io/owner/app:1.2", place="line 18"),
        Config(name="APP_FACES", value="true", place="line 19"),
        Config(name="resource", value="Microsoft.App/containerApps", place="line 12"),
    ]


def test_bicep_too_large_is_reported():
    assert read_until_stopped(bicep, BytesSource("x.bicep", bytes(5 << 20)))[1].cause is Cause.LIMIT


def test_pulumi_names_what_it_creates():
    text = (
        b"resources:\n  one:\n    type: aws:faces/collection:Collection\n"
        b"  two:\n    type: azure-native:accounts/v2023:Account\n    properties:\n      kind: Face\n"
    )
    assert [one.value for one in read(settings_yaml, BytesSource("Pulumi.yaml", text)) if one.name == "resource"] == [
        "aws:faces/collection:Collection",
        "azure-native:accounts/v2023:Account/Face",
    ]
