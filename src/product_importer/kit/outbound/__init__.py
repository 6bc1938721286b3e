"""Calls to addresses that others wrote, such as webhooks and pictures: guarded as they connect, bounded in all."""
