"""A supplier's file becomes products: read, checked, planned, merged, and every row accounted for."""
