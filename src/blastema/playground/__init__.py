"""The page itself: its modules, as files, as one text, and as a widget for notebooks. It knows organism files only."""
