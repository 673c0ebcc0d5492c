"""The graph as GraphML, for programs that lay out and search graphs.

Specification: http://graphml.graphdrawing.org/
"""

from scanner.reports.format import ReportFormat
from scanner.reports.graphs import GraphView

FORMAT = ReportFormat(name="graphml", suffix=".graphml", line="For graph programs such as yEd, Gephi and Cytoscape.")


def render(view: GraphView) -> str:
    """The graph with kind, label and id of each node, and kind, place and scope of each edge."""
    import networkx

    graph = networkx.DiGraph(title=view.title, note=view.note)
    for node in view.nodes:
        graph.add_node(f"n{node.number}", kind=node.kind, label=node.label, id=node.id)
    for edge in view.edges:
        graph.add_edge(f"n{edge.source}", f"n{edge.target}", kind=edge.kind, place=edge.place, scope=edge.scope)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(networkx.generate_graphml(graph)) + "\n"
