"""Graphs of hostile names: each format escapes what it shows."""

import xml.etree.ElementTree as ET

import msgspec
import pytest

from scanner.model.report import Edge, Graph, Node
from scanner.model.vocabulary import EdgeKind, Scope
from scanner.reports.graph_picture import MOST_DRAWN
from scanner.reports.graphs import graph_formats, view_graph

from .sample import empty_report

HOSTILE = "</title><script>alert('1')</script>\"];x[\x1b\u202e\\"


def drawn(name, *nodes, edges=(), **more):
    graph = Graph(nodes=tuple(nodes), edges=tuple(edges), **more)
    return graph_formats()[name].render(view_graph(msgspec.structs.replace(empty_report(), graph=graph)))


def hostile(name):
    edge = Edge(source="a", target="b", kind=EdgeKind.DEPENDS_ON, place=HOSTILE, scope=Scope.DEV)
    return drawn(name, Node(id="a", kind=HOSTILE, label=HOSTILE), Node(id="b", kind="x", label="b"), edges=[edge])


@pytest.mark.parametrize("name", list(graph_formats()))
def test_nothing_that_steers_a_terminal_gets_through(name):
    text = hostile(name)
    assert not {"\x1b", "\u202e"} & set(text)
    assert text.endswith("\n")


def test_no_markup_of_a_name_survives_in_the_page():
    assert "<script" not in hostile("html")


def test_no_quote_of_a_name_ends_a_string():
    assert '\\"];x[' in hostile("dot")
    assert '"];x[' not in hostile("mermaid")
    assert ET.fromstring(hostile("graphml")) is not None


def test_a_circle_is_drawn_and_too_much_is_left_to_the_table():
    circle = [Edge(source="a", target="b", kind=EdgeKind.CALLS), Edge(source="b", target="a", kind=EdgeKind.CALLS)]
    nodes = [Node(id="a", kind="artifact", label="a"), Node(id="b", kind="artifact", label="b")]
    assert drawn("html", *nodes, edges=circle).count("<rect") == 2
    many = [Node(id=f"n{n:04}", kind="artifact", label="n") for n in range(MOST_DRAWN + 1)]
    assert "<rect" not in drawn("html", *many)


@pytest.mark.parametrize("name", ["dot", "html", "mermaid", "graphml"])
def test_what_was_left_out_is_said(name):
    assert "7 edges" in drawn(name, Node(id=".", kind="target", label="x"), left_out=7)
