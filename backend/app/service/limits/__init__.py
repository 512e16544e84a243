"""What one app may use: what it writes within an hour, and the streams that it has open."""
