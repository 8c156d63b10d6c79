"""The page for browsers: its catalogue of organisms, the server that offers it, and the same page as static files."""
