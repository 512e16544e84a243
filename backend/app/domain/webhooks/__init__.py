"""Webhooks, both ways: what is sent to others, how it is signed, and what others may ask for."""
