"""From matches to findings: the graph, confidence, explanation."""
