"""One tiny network in every format that is read, written here byte by byte: weights are zeros, or are left out.

A module for each family of formats, found by its place; its `SAMPLES` has by reader what makes a file's name, its bytes
and what must be read of it.
"""

import importlib
import pkgutil

from tests.formats.networks.samples.sample import Sample

__all__ = ["SAMPLES", "Sample"]

_MODULES = [importlib.import_module(f"{__name__}.{entry.name}") for entry in pkgutil.iter_modules(__path__)]
SAMPLES = {reader: make for module in _MODULES for reader, make in getattr(module, "SAMPLES", {}).items()}
