"""Pictures of products: each known by its SHA-256, varied once, linked to products of which each has one primary."""
