"""This service's own configuration."""
