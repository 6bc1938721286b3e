"""Every HTTP route: JSON for programs, HTML for people, streams of progress."""
