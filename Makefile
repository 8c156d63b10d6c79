# `make grow` and `make test` need only make and Python 3.11 or later; all else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
SOURCES := pyproject.toml CMakeLists.txt README.md LICENSE $(wildcard native/*.* native/*/* src/blastema/firmware/*)

.DEFAULT_GOAL := help
.PHONY: help grow site test test-all other-programs sanitize sanitize-address sanitize-thread bench page-test page-bench lint types docs docs-check kernel kernel-check locks release-check clean

help: ## list these targets
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

grow: $(VENV)/installed ## train a lizard until it visibly grows, then show it (half a minute)
	$(BIN)/blastema train 🦎 --experiment growing --fit 24 --pad 6 --steps 600 --from nothing

test: $(VENV)/for-tests ## the fast tests
	@$(BIN)/python -m pytest -q --tb=short -m "not slow" -n 2 --dist worksteal
	@echo "All quick tests passed."

test-all: $(VENV)/for-tests ## all tests
	@$(BIN)/python -m pytest -q --tb=short
	@echo "All tests passed."

other-programs: tests/formats/node_modules/installed ## install TensorFlow.js and ONNX Runtime Web for the slow tests

tests/formats/node_modules/installed: tests/formats/package-lock.json
	npm ci --prefix tests/formats --silent --no-audit --no-fund
	touch $@

comma := ,
# The engine's tests with the compiler's checks of memory, undefined behaviour and data races built in.
SANITIZED := tests/test_native_engine.py tests/test_native_signals.py tests/test_swarm.py -m "not slow" -q -p no:cacheprovider
BUILD_SANITIZED = $(BIN)/cmake -S . -B build/$(1) -G Ninja -DBLASTEMA_SANITIZE=$(2) -DCMAKE_BUILD_TYPE=RelWithDebInfo \
	-DCMAKE_MAKE_PROGRAM=$(abspath $(BIN))/ninja -DPython_EXECUTABLE=$(abspath $(BIN))/python \
	-Dnanobind_DIR=$$($(BIN)/python -m nanobind --cmake_dir) >/dev/null && MAKEFLAGS= $(BIN)/cmake --build build/$(1) >/dev/null
PRELOAD = LD_PRELOAD="$$($(CXX) -print-file-name=$(1)) $$($(CXX) -print-file-name=libstdc++.so)"

sanitize: sanitize-address sanitize-thread ## the native engine's tests under ASan, UBSan and TSan (-j2: both at once)

sanitize-address: $(VENV)/for-tests
	$(call BUILD_SANITIZED,address,address$(comma)undefined)
	$(call PRELOAD,libasan.so) ASAN_OPTIONS=detect_leaks=0 BLASTEMA_NATIVE=build/address \
		$(BIN)/python -m pytest $(SANITIZED) -k "not double_precision and not large_grid and not 96_steps"

# Without the AVX-512 kernel: instrumented for threads by GCC 12 its gradients are wrong, on one thread, too; with the other
# sanitizers and without any they are those of the other kernels. The threads are the same code for all kernels.
sanitize-thread: $(VENV)/for-tests
	$(call BUILD_SANITIZED,thread,thread)
	$(call PRELOAD,libtsan.so) TSAN_OPTIONS=ignore_noninstrumented_modules=1 BLASTEMA_NATIVE=build/thread \
		$(BIN)/python -m pytest $(SANITIZED) -k "(threads or callers) and not fork and not v4"

page-test: $(VENV)/for-tests site ## the playground's page and the site: types, lint, and tests in Chromium and Firefox
	npm run types --prefix playground --silent
	npm run lint --prefix playground --silent
	PYTHON=$(abspath $(BIN))/python npm test --prefix playground --silent

page-bench: $(VENV)/installed .venv-bench/installed ## compare the page with the article's design and with PyTorch
	npm ci --prefix playground --silent --no-audit --no-fund
	PYTHON=$(abspath $(BIN))/python BENCH_PYTHON=$(abspath .venv-bench)/bin/python npm run benchmark --prefix playground --silent

bench: .venv-bench/installed ## compare with PyTorch, JAX and CAX, and train as users do (about twenty minutes)
	.venv-bench/bin/python benchmarks/run.py
	.venv-bench/bin/python benchmarks/training.py

lint: $(VENV)/for-tests ## ruff, import-linter, clang-format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/clang-format --dry-run -Werror native/*.* native/*/* tests/neon/* tests/tile/* examples/tile/*

types: $(VENV)/for-tests ## mypy
	$(BIN)/mypy

docs: $(VENV)/for-tests ## write the generated pages of docs/
	$(BIN)/python tools/write_cli_docs.py docs/cli.md
	$(BIN)/python tools/write_formats_docs.py docs/formats.md
	$(BIN)/python tools/write_benchmark_docs.py docs/benchmarks.md
	$(BIN)/python tools/write_scaling_docs.py docs/scaling.md
	$(BIN)/python tools/write_recipe_docs.py docs/recipe.md
	$(BIN)/python tools/write_seed_docs.py docs/seed-cell.md
	$(BIN)/python tools/write_small_docs.py docs/small.md
	$(BIN)/python tools/write_zoo_docs.py docs/zoo.md
	$(BIN)/python tools/write_gallery.py --text docs/gallery.md
	$(BIN)/python tools/write_preview.py src/blastema/playground/page/preview.png
	$(BIN)/python tools/write_notebook.py notebooks/growing.ipynb
	$(BIN)/python tools/write_notebook_page.py docs/notebook.md
	$(BIN)/python tools/write_api_docs.py docs/api.md

docs-check: $(VENV)/for-tests ## fail if a generated page is out of date
	$(BIN)/python tools/write_cli_docs.py --check docs/cli.md
	$(BIN)/python tools/write_formats_docs.py --check docs/formats.md
	$(BIN)/python tools/write_benchmark_docs.py --check docs/benchmarks.md
	$(BIN)/python tools/write_scaling_docs.py --check docs/scaling.md
	$(BIN)/python tools/write_recipe_docs.py --check docs/recipe.md
	$(BIN)/python tools/write_seed_docs.py --check docs/seed-cell.md
	$(BIN)/python tools/write_small_docs.py --check docs/small.md
	$(BIN)/python tools/write_zoo_docs.py --check docs/zoo.md
	$(BIN)/python tools/write_gallery.py --check docs/gallery.md
	$(BIN)/python tools/write_preview.py --check src/blastema/playground/page/preview.png
	$(BIN)/python tools/write_notebook.py --check notebooks/growing.ipynb
	$(BIN)/python tools/write_notebook_page.py --check docs/notebook.md
	$(BIN)/python tools/write_api_docs.py --check docs/api.md

PAGE := src/blastema/playground/page

kernel: $(VENV)/for-kernel ## build the page's kernels, the native engine in WebAssembly
	$(BIN)/python tools/build_kernel.py $(PAGE)

kernel-check: $(VENV)/for-kernel ## fail if the page's kernels are out of date
	$(BIN)/python tools/build_kernel.py --check $(PAGE)

SITE := build/site
# Live organisms on the site, as the pages name them.
DISHES := growing=growing/lizard persistent=persistent/butterfly regenerating=regenerating/lizard set-point=set-point

site: $(VENV)/for-site ## build the documentation site into build/site, with the playground inside
	npm ci --prefix playground --silent --no-audit --no-fund
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	$(BIN)/blastema site $(SITE)/play
	mkdir -p $(SITE)/dishes
	set -e; for dish in $(DISHES); do \
		$(BIN)/blastema export $${dish#*=} --to html --out $(SITE)/dishes/$${dish%%=*}.html; done

release-check: .venv-release/installed ## build sdist and wheels into dist/, and try them (RELEASE_CHECK=--quick: only on this Python)
	@.venv-release/bin/python tools/release_check.py $(RELEASE_CHECK)

locks: $(VENV)/created ## resolve requirements/*.txt again
	$(PIP) uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		pyproject.toml -o requirements/core.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--constraint requirements/core.txt requirements/build.in -o requirements/build.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		requirements/kernel.in -o requirements/kernel.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		requirements/release.in -o requirements/release.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--all-extras --constraint requirements/core.txt --constraint requirements/build.txt \
		pyproject.toml requirements/test.in -o requirements/test.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--constraint requirements/test.txt requirements/site.in -o requirements/site.txt

clean: ## remove environments and build output
	rm -rf $(VENV) .venv-bench .venv-release build dist

$(VENV)/created:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Blastema needs Python 3.11 or later; say which: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	touch $@

# What builds the package is pinned, too; pip would otherwise take the newest into an environment of its own.
$(VENV)/installed: $(VENV)/created requirements/core.txt requirements/build.txt $(SOURCES)
	$(PIP) --require-hashes -r requirements/core.txt -r requirements/build.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

.venv-bench/installed: requirements/core.txt benchmarks/requirements.txt $(SOURCES)
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip --disable-pip-version-check install --quiet -r benchmarks/requirements.txt --editable .
	touch $@

# Apart from the others, so that nothing it installs meets what is tested.
.venv-release/installed: requirements/release.txt
	$(PYTHON) -m venv .venv-release
	.venv-release/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements/release.txt
	touch $@

$(VENV)/for-tests: $(VENV)/installed requirements/test.txt
	$(PIP) --require-hashes -r requirements/test.txt
	touch $@

$(VENV)/for-site: $(VENV)/installed requirements/site.txt
	$(PIP) --require-hashes -r requirements/site.txt
	touch $@

# A compiler for WebAssembly, of its own since it takes 375 MB and few need it.
$(VENV)/for-kernel: $(VENV)/created requirements/kernel.txt
	$(PIP) --require-hashes -r requirements/kernel.txt
	touch $@
