"""The playground: the page in the browser, the server that offers it, and the same page as static files."""
