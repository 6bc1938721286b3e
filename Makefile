# The same words as ./dev, which needs nothing but Python; arguments go in ARGS="...".
PYTHON ?= python3

help setup run test test-fire test-defects check lint bench migrate seed docs lock:
	@$(PYTHON) dev $@ $(ARGS)

.PHONY: help setup run test test-fire test-defects check lint bench migrate seed docs lock
