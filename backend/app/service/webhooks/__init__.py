"""Webhooks: who is told of what, and the delivery of it."""
