# `make grow` and `make test` need only make and Python 3.11 or later; all else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
SOURCES := pyproject.toml CMakeLists.txt README.md LICENSE $(wildcard native/*)

.PHONY: grow test test-all lint types docs docs-check locks wheel clean

grow: $(VENV)/installed ## train a lizard until it visibly grows, then show it (two minutes)
	$(BIN)/blastema train 🦎 --experiment growing --fit 24 --pad 6 --steps 600

test: $(VENV)/for-tests ## the fast tests
	$(BIN)/python -m pytest -m "not slow"

test-all: $(VENV)/for-tests ## all tests
	$(BIN)/python -m pytest

lint: $(VENV)/for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/for-tests
	$(BIN)/mypy

docs: $(VENV)/for-tests ## write what is generated in docs/
	$(BIN)/python tools/write_cli_docs.py docs/cli.md

docs-check: $(VENV)/for-tests
	$(BIN)/python tools/write_cli_docs.py --check docs/cli.md

wheel: $(VENV)/installed ## build a wheel into dist/
	$(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-deps --wheel-dir dist .

locks: $(VENV)/created ## resolve requirements/*.txt anew
	$(PIP) uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		pyproject.toml -o requirements/core.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--all-extras --constraint requirements/core.txt pyproject.toml requirements/test.in -o requirements/test.txt

clean:
	rm -rf $(VENV) build dist

$(VENV)/created:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Blastema needs Python 3.11 or later; say which: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/installed: $(VENV)/created requirements/core.txt $(SOURCES)
	$(PIP) --require-hashes -r requirements/core.txt
	$(PIP) --no-deps --editable .
	touch $@

$(VENV)/for-tests: $(VENV)/installed requirements/test.txt
	$(PIP) --require-hashes -r requirements/test.txt
	touch $@
