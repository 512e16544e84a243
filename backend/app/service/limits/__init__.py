"""What one app may use: what it writes within an hour, and its open streams."""
