# Each target sets up what it needs in .venv; the second run finds it there.
# Needs Python 3.11 or newer, make and git, and nothing else.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help setup sandbox demo lab test attacks lint lessons exercises bench pictures clean

help:
	@echo "make demo      grade three made-up submissions and print what they got"
	@echo "make test      run all tests"
	@echo "make attacks   run 394 hostile submissions in the sandbox"
	@echo "make lab       open JupyterLab on the first lesson"
	@echo "make lessons   build the students' notebooks from solutions/"
	@echo "make exercises print what each exercise asks for, and the mistakes that it knows"
	@echo "make bench     measure every speed that the README claims"
	@echo "make lint      style and types, as CI asks for them"
	@echo "make pictures  draw the README's pictures again (needs chromium)"
	@echo "make setup     only prepare .venv"

setup: $(READY)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "This needs Python 3.11 or newer, and $(PYTHON) is `$(PYTHON) --version`. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@if command -v uv >/dev/null; then \
	  { test -x $(BIN)/python || uv venv --quiet --seed --python $(PYTHON) .venv; } && \
	  echo "Installing into .venv with uv." && uv pip install --quiet --python $(BIN)/python -e '.[tests]'; \
	else \
	  { test -x $(BIN)/pip || $(PYTHON) -m venv .venv; } || { \
	    echo "Python cannot make virtual environments here. On Debian and Ubuntu: sudo apt install python3-venv"; rm -rf .venv; exit 1; }; \
	  echo "Installing into .venv with pip; the first time takes a minute or two." && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[tests]'; \
	fi
	@touch $@

# Students' code is graded in bubblewrap; where it isn't there and may not be installed, grading says so.
sandbox:
	@if [ "$$(uname)" = Linux ] && ! command -v bwrap >/dev/null; then \
	  if [ "$$(id -u)" = 0 ]; then sudo=; else sudo="sudo -n"; fi; \
	  if command -v apt-get >/dev/null && $$sudo true 2>/dev/null; then \
	    echo "Installing bubblewrap, the sandbox for students' code."; \
	    $$sudo apt-get install -y -qq bubblewrap >/dev/null || { $$sudo apt-get update -qq && $$sudo apt-get install -y -qq bubblewrap >/dev/null; }; \
	  else echo "Grading needs bubblewrap: sudo apt-get install bubblewrap (or your system's way to install it)"; fi; \
	fi

demo: $(READY) sandbox
	@$(BIN)/autograder demo

test: $(READY) sandbox
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

# hostile submissions, each run for real in the sandbox
attacks: $(READY) sandbox
	ATTACKS=1 $(BIN)/python -m pytest tests/autograder/attacks $(ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lessons: $(READY)
	$(BIN)/autograder build

exercises: $(READY)
	@$(BIN)/python -m tests.autograder.table

lab: $(READY)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) lessons/01_neurons/01_neurons.ipynb

bench: $(READY)
	$(BIN)/python -m benchmarks

pictures: $(READY)
	$(BIN)/python docs/make_pictures.py
	$(BIN)/python docs/lesson_pictures.py

clean:
	rm -rf .venv build
