"""Calls to addresses that others wrote: webhooks, pictures, feeds. Guarded when they connect, bounded in all they take."""
