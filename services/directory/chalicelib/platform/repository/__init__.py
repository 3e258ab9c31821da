"""What the platform reads and writes: all of it in the access table."""
