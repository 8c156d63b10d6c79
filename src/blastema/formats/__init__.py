"""The file formats of organisms, one module each. Their layouts are described in docs/formats.md."""

from blastema.formats.format import Format
from blastema.formats.registry import export, formats, read, readable, recognise

__all__ = ["Format", "export", "formats", "read", "readable", "recognise"]
