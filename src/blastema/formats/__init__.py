"""Files that organisms are written to and read from: one module per format. Layouts: docs/formats.md."""

from blastema.formats.format import Format
from blastema.formats.registry import export, formats, read, readable, recognise

__all__ = ["Format", "export", "formats", "read", "readable", "recognise"]
