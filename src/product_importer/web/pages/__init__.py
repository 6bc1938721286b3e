"""HTML for people, under /admin; every form works without JavaScript."""
