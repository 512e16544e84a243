"""How gunicorn starts, reloads and stops the service."""
