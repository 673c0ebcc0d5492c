"""The words of the house as types: frozen structures that import nothing else of scanner."""
