"""Calls to addresses that others wrote: webhooks, pictures, feeds; guarded as they connect, bounded in what they take."""
