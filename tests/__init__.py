"""Tests, as sentences; folders mirror `src/product_importer`."""
