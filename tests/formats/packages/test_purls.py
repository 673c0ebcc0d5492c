"""Package URLs: what is written without the library for them is written as it writes it."""

from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from scanner.formats.packages.purls import package_purl

KINDS = ("apk", "cargo", "conda", "deb", "gem", "maven", "npm", "pypi", "rpm", "pub", "nuget")
TEXTS = st.text("abcXY019.-_@/ +é", max_size=6)


def by_the_library(kind: str, name: str, namespace: str) -> str | None:
    if not name.strip().strip("/"):
        return None
    try:
        return PackageURL(kind, namespace or None, name).to_string()
    except ValueError:
        return None


@given(st.sampled_from(KINDS), TEXTS, TEXTS)
def test_any_name_is_written_as_the_library_writes_it(kind, name, namespace):
    assert package_purl(kind, name, namespace) == by_the_library(kind, name, namespace)


@given(
    st.sampled_from(KINDS),
    st.from_regex(r"[a-z0-9][a-z0-9.-]{0,6}", fullmatch=True),
    st.sampled_from(("", "@acme", "acme.x", "@", "é")),
)
def test_plain_names_are_written_as_the_library_writes_them(kind, name, namespace):
    assert package_purl(kind, name, namespace) == by_the_library(kind, name, namespace)
