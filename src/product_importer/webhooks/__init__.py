"""Tells other programs what has happened: the journal becomes deliveries, and these are sent until they arrive."""
