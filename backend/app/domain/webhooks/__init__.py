"""Webhooks in both directions: what is sent to others, how it is signed, and what others may ask for."""
