"""Real servers for tests, started privately in temporary folders and only when a test asks for one."""
