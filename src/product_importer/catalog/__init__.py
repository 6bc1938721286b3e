"""The catalog: products, the rules of one product, and what may be asked of many."""
