"""Every HTTP door: JSON for programs, HTML for people, streams of progress."""
