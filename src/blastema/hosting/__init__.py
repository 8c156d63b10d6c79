"""The page for browsers: its catalogue of organisms, its server, and the same page as static files."""
