"""JSON for programs; the same routers answer at the seed's paths and under /api/v1."""
