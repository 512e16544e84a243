"""Talks to the service that keeps configuration."""
