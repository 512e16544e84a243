"""Webhooks: who hears about what, and how it is delivered."""
