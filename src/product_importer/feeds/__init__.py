"""Feeds: a file that is fetched from an address again and again, and imported the same way each time."""
