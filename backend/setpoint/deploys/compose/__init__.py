"""Compose projects to the environment of each service, as docker compose reads them."""
