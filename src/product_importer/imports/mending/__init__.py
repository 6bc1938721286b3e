"""Rejected rows, mended: as a file that was sent again, or a few of them in the browser."""
