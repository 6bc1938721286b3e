"""Product Importer: half a million supplier rows into a catalog, each one accounted for."""

__version__ = "0.1.0"
