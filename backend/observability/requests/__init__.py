"""What is known about the current request: its id, its trace, its access line."""
