"""Pictures and events of a training, and the page of an examination: they watch, and nothing depends on them."""
