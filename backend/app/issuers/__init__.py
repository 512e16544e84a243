"""Reads and verifies the tokens of other issuers."""
