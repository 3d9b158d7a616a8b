# Everything runs in .venv, made from plain python3; a package index is all it needs.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
HOSTS ?=
TESTS ?= tests

# what tests run and that brings packages which cannot stand beside the tests' own
APART = poetry==2.5.1 niquests==3.21.2 urllib3==1.26.20 redis==5.2.1 requests==2.28.2 pre-commit==4.7.0

# how long `make fuzz` and `make soak` take in all
SECONDS ?= 300
MINUTES ?= 20

.PHONY: lock node run test coverage clients fuzz soak faults lint style format docs screenshots site dist bench clean

# Every package is one whose hash stands in requirements.txt; pip takes no hash for this folder itself, which is installed
# after them, by the hatchling that is among them.
$(VENV)/ready: pyproject.toml requirements.txt
	$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1" 2>$(VENV)/pip.log || { cat $(VENV)/pip.log; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt 2>$(VENV)/pip.log || { cat $(VENV)/pip.log; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . 2>$(VENV)/pip.log || { cat $(VENV)/pip.log; exit 1; }
	@touch $@

# the versions of constraints.txt with all that they need, on every system, and the hashes of their files
lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command "make lock" --constraint constraints.txt --extra fleet --group dev --output-file requirements.txt pyproject.toml

# package managers that tests run as clients; without them those tests are skipped
node: .node/ready

.node/ready: Makefile
	npm install --prefix .node --no-save --no-package-lock --no-fund --no-audit --ignore-scripts --loglevel=error \
		yarn@1.22.22 @yarnpkg/cli-dist@4.18.1 pnpm@10.34.9 deno@2.9.6
	@touch $@

# in an environment for each, without pip: the one above installs into it
$(VENV)/apart/ready: $(VENV)/ready Makefile
	@for each in $(APART); do \
	  $(PYTHON) -m venv --clear --without-pip $(VENV)/apart/$${each%%==*} && \
	  $(BIN)/python -m pip --python $(VENV)/apart/$${each%%==*}/bin/python install --quiet --disable-pip-version-check $$each \
	    2>$(VENV)/pip.log || { cat $(VENV)/pip.log; exit 1; }; \
	done
	@touch $@

run: $(VENV)/ready
ifeq ($(strip $(HOSTS)),)
	@if [ -t 1 ]; then $(BIN)/tlschain-tui --demo; else $(BIN)/tlschain fix --demo; fi
else
	@if [ -t 1 ]; then $(BIN)/tlschain-tui $(HOSTS); else $(BIN)/tlschain fix $(HOSTS); fi
endif

# workers by the machine: pytest-xdist
test: $(VENV)/ready $(VENV)/apart/ready
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(TESTS)

# the same, and which lines and branches were reached: coverage starts itself in the workers
coverage: $(VENV)/ready $(VENV)/apart/ready
	rm -rf .cov
	$(BIN)/coverage run -m pytest --numprocesses auto --dist loadfile $(TESTS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# every case of the measured suite in every program there is: some minutes, and docs/clients.md is written anew; then
# the readers of trust files against the programs over thousands of odd ones, with the share in which they differ
clients: $(VENV)/ready
	$(BIN)/python -m tests.clients --output docs/clients.md
	$(BIN)/python -m tests.audit

# new inputs for every reader of what somebody else wrote, with a line of figures for each; an input that breaks a
# property is kept in tests/fuzz/corpus, where the tests read it from then on
fuzz: $(VENV)/ready
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

# the random walk over keys, and `check` over a list of the lab again and again: fails where memory or descriptors grow
soak: $(VENV)/ready
	$(BIN)/python -m tests.soak --minutes $(MINUTES)

# a failing disk and a kill at every write of bundle, pool, session and log, one a run, and how many those were
faults: $(VENV)/ready
	$(BIN)/python -m tests.faults

# style, and the types as each system has them; with -j2 two of these at once
lint: style types-linux types-darwin types-win32

style: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types-%: $(VENV)/ready
	$(BIN)/mypy --platform $* --cache-dir .mypy_cache/$*

format: $(VENV)/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/ready
	$(BIN)/python -m tests.readme

# the pictures of the report are drawn by Chromium, if there is one, in the fonts of this machine
screenshots: $(VENV)/ready
	$(BIN)/python -m tests.scenes screenshots

# the documents as a site in build/site, every link of it checked; nothing is downloaded
site: $(VENV)/ready
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

# the sdist, and the wheel that is built from it, with manual pages and completion
dist: $(VENV)/ready
	rm -rf dist
	$(BIN)/python -m build --no-isolation
	$(BIN)/python -m twine check --strict dist/*

bench: $(VENV)/ready
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .node .cov .mypy_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
