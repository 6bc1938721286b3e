"""What a request says, read once for pages and programs alike."""
