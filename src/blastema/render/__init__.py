"""Rendering of states: colours, pictures, animations, terminal output, and charts."""
