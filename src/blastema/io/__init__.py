"""Input and output: safe reading and writing of files, JSON, and checks of numeric arguments."""
