"""Measures an import against its peers: `make bench`, or `python benchmarks/import.py --help`."""

import beside

beside.run("comparison")
