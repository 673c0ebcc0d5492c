"""Readers of neural networks: one file format a module, found by its place, as everywhere under formats/.

Each reads headers, graph and shapes and gives a `Network` observation by way of a `Blueprint`. Weights are skipped; no
framework is imported, nothing is executed or unpickled.
"""
