"""Blastema grows pictures from a single cell."""

__version__ = "0.1.0"
