"""What crosses the border of the package: files read and written, JSON, and numbers that a caller gives."""
