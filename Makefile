# make demo   set up, extract events from the sample articles, print them and write a page to look at
# make test   set up and run every check
# Both work on a fresh machine with Python 3.11 or later, git and make.

PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
INSTALLED := $(VENV)/.installed

.PHONY: setup demo test fast clean

setup: $(INSTALLED)

# torch comes first and pinned: where a CPU build of that version is offered, it is taken instead of one for CUDA.
$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or later is needed: make PYTHON=python3.11 ...')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	$(BIN)/python -c "open('$(INSTALLED)', 'w').close()"

demo: setup
	$(BIN)/python infer.py --model models/waqai-compact --input data/samples --output out/demo.jsonl out/demo.html --overwrite --table
	@echo "Open out/demo.html in a browser; out/demo.jsonl has the same for programs."

test: setup fast
	$(BIN)/python -m pytest -m slow

# Without the slow tests.
fast: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python -m pytest -m "not slow"

clean:
	rm -rf $(VENV) out
