import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.catalogue.signature_error import SignatureError
from scanner.catalogue.yaml_tree import Items, Mapping, Scalar, read_tree


def mistake_in(content: bytes) -> SignatureError:
    with pytest.raises(SignatureError) as caught:
        read_tree(content, "libraries/x.yaml")
    return caught.value


def test_nodes_carry_their_lines():
    tree = read_tree(b"# comment\na: 1\nb:\n  - x\n  - 'y'\n", "f")
    assert isinstance(tree, Mapping)
    assert tree.lines == {"a": 2, "b": 3}
    items = tree.nodes["b"]
    assert isinstance(items, Items)
    assert items.nodes == (Scalar("x", 4, is_plain=True), Scalar("y", 5, is_plain=False))


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"a: &x 1\n", 1, "anchors"),
        (b"a: 1\nb: *x\n", 2, "aliases"),
        (b"a: !!python/object:os.system 1\n", 1, "tags"),
        (b"a: !own 1\n", 1, "tags"),
        (b"a: 1\nb: 2\na: 3\n", 3, "the key 'a' stands twice; it is also in line 1"),
        (b"a: 1\n---\nb: 1\n", 2, "second document"),
        (b"%YAML 1.1\n---\na: yes\n", 2, "read as YAML 1.2"),
        (b"? [a]\n: 1\n", 1, "a key must be a word"),
        (b"a: 1\nb: [\n", 3, "is not valid YAML"),
        (b"a: 1\n\tb: 2\n", 2, "is not valid YAML"),
        (b"a: 1\nb: x: y\n", 2, "is not valid YAML"),
        (b"a: 1\nb: \x1b\n", 2, "is not valid YAML"),
        (b'a: 1\nb: "\\UFFFFFFFF"\n', 2, "is not valid YAML"),
        (b'a: 1\nb: "\\uD800"\n', 2, "is half a character"),
        (b"a: 1\nb: \xff\n", 2, "is not UTF-8"),
        (b"", 1, "is empty"),
        (b"# nothing\n", 1, "is empty"),
    ],
)
def test_what_a_data_file_needs_not_is_refused(content, line, message):
    error = mistake_in(content)
    assert message in error.message
    assert error.line == line


def test_aliases_that_would_grow_without_bound_are_refused_at_the_first():
    bomb = b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    assert mistake_in(bomb).line == 1


def test_nesting_is_bounded():
    assert "nested more than" in mistake_in(b"[" * 5000).message


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60) | st.text("ab:-[]{}&*!|>'\" \n#%,?", max_size=60).map(str.encode))
def test_any_bytes_give_a_tree_or_a_signature_error(content):
    try:
        line = read_tree(content, "f").line
    except SignatureError as refused:
        line = refused.line
    assert 1 <= line <= content.count(b"\n") + content.count(b"\r") + 2
