"""What is known of the request in progress: its id, its trace, its access line."""
