"""Measures deleting and exporting everything: `python benchmarks/bulk.py --help`."""

import beside

beside.run("deleting")
