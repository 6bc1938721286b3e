"""JSON for programs; the same routers answer at the paths of docs/seeds.md and under /api/v1."""
