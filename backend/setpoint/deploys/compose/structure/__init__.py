"""What docker compose accepts in a compose file: its keys, and what each of them may hold."""
