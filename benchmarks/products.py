"""Measures lists of products and searches: `python benchmarks/products.py --help`."""

import beside

beside.run("listing")
