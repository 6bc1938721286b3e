"""Bytes that arrive in pieces, kept as immutable parts whose ledger is the truth."""
