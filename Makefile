# Everything runs in .venv, made from plain python3; a package index is all it needs.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
HOSTS ?=
TESTS ?= tests

.PHONY: run test lint format screenshots bench clean

# dependency groups need a recent pip, so pip comes first
$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1" 2>$(VENV)/pip.log || { cat $(VENV)/pip.log; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable . --group dev 2>$(VENV)/pip.log || { cat $(VENV)/pip.log; exit 1; }
	@touch $@

run: $(VENV)/ready
ifeq ($(strip $(HOSTS)),)
	@if [ -t 1 ]; then $(BIN)/tlschain-tui --demo; else $(BIN)/tlschain fix --demo; fi
else
	@if [ -t 1 ]; then $(BIN)/tlschain-tui $(HOSTS); else $(BIN)/tlschain fix $(HOSTS); fi
endif

test: $(VENV)/ready
	$(BIN)/python -m pytest $(TESTS)

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(VENV)/ready
	$(BIN)/python -m tests.scenes screenshots

bench: $(VENV)/ready
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
