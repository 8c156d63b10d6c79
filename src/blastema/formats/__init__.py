"""One file a format, both ways where it can be."""
