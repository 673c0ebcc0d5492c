"""What a reader of the HTML report gets, read with the standard library's parser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "input", "br"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: "list[Element]" = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> "list[Element]":
        found = [
            child
            for child in self.children
            if child.tag == tag and all(child.attributes.get(name) == value for name, value in attributes.items())
        ]
        return found + [deeper for child in self.children for deeper in child.all(tag, **attributes)]

    def everything(self) -> "list[Element]":
        return [self, *(deeper for child in self.children for deeper in child.everything())]

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.open = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.open)
        self.open.children.append(element)
        if tag not in _VOID:
            self.open = element

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.tag, f"</{tag}> closes <{self.open.tag}>"
        assert self.open.parent is not None
        self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        element: Element | None = self.open
        while element is not None:
            element.words.append(data)
            element = element.parent


def parse(text: str) -> Element:
    """The page as a tree; fails on tags that are not closed in order."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    assert parser.open is parser.root, f"<{parser.open.tag}> is not closed"
    return parser.root
