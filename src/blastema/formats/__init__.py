"""Organisms in other programs' formats: one file a format, both ways where it can be. Layouts: docs/formats.md."""

from blastema.formats.format import Format
from blastema.formats.registry import export, formats, read, recognise

__all__ = ["Format", "export", "formats", "read", "recognise"]
