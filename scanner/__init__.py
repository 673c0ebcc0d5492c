"""frscan: finds face-recognition technology by static analysis and reports which ordinances it may touch."""

__version__ = "0.1.0"
