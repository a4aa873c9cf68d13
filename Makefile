# README's two commands. Each sets up everything by itself: the virtual environment, the
# build of the compiled modules, the install; then the job. Set up once, redone when the
# packaging or a compiled file changes.
PYTHON ?= python3
VENV ?= .venv
CASE ?= 118_ieee
PIP = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check

COMPILED := $(shell find asdopt adapters -name '*.pyx' -o -name '*.pxd' -o -name '*.h') \
	$(wildcard asdopt/_ops.py asdopt/_codegen.py)

.PHONY: solve test

solve: $(VENV)/.installed-solve
	$(VENV)/bin/asdopt acopf $(CASE)

test: $(VENV)/.installed-test
	$(VENV)/bin/python -m pytest -q -n 2

$(VENV)/.installed-%: pyproject.toml setup.py $(COMPILED) | $(VENV)/bin/python
	@echo "Installing and compiling asdopt into $(VENV): 2 to 4 minutes on two processors, once."
	$(PIP) --editable ".[$(EXTRAS)]"
	@touch $@

$(VENV)/.installed-solve: EXTRAS = ipopt,opf
$(VENV)/.installed-test: EXTRAS = test

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
