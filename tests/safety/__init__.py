"""Rules over the source, and searches for secrets in what a run leaves behind."""
