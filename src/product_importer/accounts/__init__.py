"""Who may come in and what they may do: users, their sessions and tokens, and one-time links."""
