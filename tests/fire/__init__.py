"""Exact under fire: real workers that are killed, starved and cut off, compared with a plain replay of the file."""
