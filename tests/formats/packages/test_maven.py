"""The reader of Maven's files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats.packages import maven
from scanner.model.observation import Package
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause, Scope
from tests.budgets import CountingBudget
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

POM = b"""<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><groupId>com.example</groupId><artifactId>parent</artifactId><version>7</version></parent>
  <artifactId>app</artifactId>
  <properties><sdk.version>2.1.0</sdk.version></properties>
  <dependencyManagement><dependencies>
    <dependency><groupId>org.managed</groupId><artifactId>lib</artifactId><version>${sdk.version}</version></dependency>
    <dependency><groupId>org.managed</groupId><artifactId>unused</artifactId><version>1</version></dependency>
  </dependencies></dependencyManagement>
  <dependencies>
    <dependency><groupId>com.vendor</groupId><artifactId>sdk</artifactId><version>${sdk.version}</version></dependency>
    <dependency><groupId>${project.groupId}</groupId><artifactId>core</artifactId><version>${project.version}</version>
      <scope>test</scope></dependency>
    <dependency><groupId>org.managed</groupId><artifactId>lib</artifactId>
      <exclusions><exclusion><groupId>x</groupId><artifactId>y</artifactId></exclusion></exclusions></dependency>
    <dependency><groupId>${from.parent}</groupId><artifactId>unknown</artifactId></dependency>
  </dependencies>
  <build><plugins><plugin><dependencies>
    <dependency><groupId>org.plugin</groupId><artifactId>tool</artifactId></dependency>
  </dependencies></plugin></plugins></build>
  <profiles><profile><dependencies>
    <dependency><groupId>com.vendor</groupId><artifactId>extra</artifactId><version>[1,2)</version></dependency>
  </dependencies></profile></profiles>
</project>
"""


def test_a_project_declares_its_dependencies_with_their_versions():
    assert read(maven, BytesSource("pom.xml", POM)) == [
        Package(purl="pkg:maven/com.vendor/sdk", version="2.1.0", role="declares", place="dependency[0]"),
        Package(
            purl="pkg:maven/com.example/core",
            version="7",
            role="declares",
            scope=Scope.DEV,
            place="dependency[1] scope test",
        ),
        Package(purl="pkg:maven/org.managed/lib", version="2.1.0", role="declares", place="dependency[2]"),
        Package(purl="pkg:maven/com.vendor/extra", version="[1,2)", role="declares", place="dependency[4]"),
    ]


def test_what_the_project_in_the_folder_above_defines_is_known():
    parent = b"""<project><properties><v>2.0</v></properties><dependencyManagement><dependencies><dependency>
    <groupId>g</groupId><artifactId>a</artifactId><version>1.5</version></dependency></dependencies>
    </dependencyManagement></project>"""
    child = b"""<project><parent/><dependencies>
    <dependency><groupId>g</groupId><artifactId>a</artifactId></dependency>
    <dependency><groupId>g</groupId><artifactId>b</artifactId><version>${v}</version></dependency>
    </dependencies></project>"""
    for neighbours, versions in (
        ({"../pom.xml": parent}, ["1.5", "2.0"]),
        ({"../pom.xml": b"<"}, ["", ""]),
        ({}, ["", ""]),
    ):
        found = read(maven, BytesSource("pom.xml", child, neighbours=neighbours))
        assert [o.version for o in found if isinstance(o, Package)] == versions


def test_the_properties_of_a_jar_name_the_package_it_was_built_from():
    data = b"#Generated\r\nversion=3.2.1\r\ngroupId=com.vendor\r\nartifactId=sdk\r\n"
    assert read(maven, BytesSource("pom.properties", data)) == [
        Package(purl="pkg:maven/com.vendor/sdk", version="3.2.1", role="installed", place="artifactId")
    ]


def test_properties_without_coordinates_are_damaged():
    found, stopped = read_until_stopped(maven, BytesSource("pom.properties", b"version=1\n"))
    assert found == []
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


def test_a_truncated_project_keeps_what_was_read():
    found, stopped = read_until_stopped(maven, BytesSource("pom.xml", POM[: POM.index(b"<scope>")]))
    assert [fact.purl for fact in found if isinstance(fact, Package)] == ["pkg:maven/com.vendor/sdk"]
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


def test_a_document_type_is_refused_before_its_entities_are_read():
    bomb = b'<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><project><name>&b;</name></project>'
    with pytest.raises(Unreadable) as stopped:
        read(maven, BytesSource("pom.xml", bomb))
    assert stopped.value.cause is Cause.UNSUPPORTED


@pytest.mark.parametrize("repeat", [300, 100_000])
def test_deep_nesting_stops_at_a_limit(repeat: int):
    with pytest.raises(Unreadable) as stopped:
        read(maven, BytesSource("pom.xml", b"<project>" * repeat))
    assert stopped.value.cause is Cause.LIMIT


def test_properties_that_refer_to_each_other_do_not_grow():
    lines = b"".join(b"<p%d>%s</p%d>" % (n, b"${p%d}" % (n + 1) * 400, n) for n in range(10))
    data = b"<project><properties>%s</properties><dependencies><dependency>" % lines
    data += b"<groupId>${p0}</groupId><artifactId>a</artifactId></dependency></dependencies></project>"
    assert read(maven, BytesSource("pom.xml", data), CountingBudget(bytes=100_000)) == []


@pytest.mark.parametrize(
    ("name", "head", "wanted"), [("pom.properties", b"", True), ("pom.xml", b"<html>", False), ("pom.xml", POM, True)]
)
def test_only_projects_are_wanted(name: str, head: bytes, wanted: bool):
    assert maven.wants(name, head) is wanted


@settings(max_examples=150, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, 1900), st.integers(0, 255)), max_size=6), cut=st.integers(0, 2000))
def test_a_mutated_project_gives_observations_or_unreadable(flips, cut):
    data = bytearray(POM)
    for offset, value in flips:
        if offset < len(data):
            data[offset] = value
    read_until_stopped(maven, BytesSource("pom.xml", bytes(data[:cut])))
