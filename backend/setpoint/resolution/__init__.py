"""Decides which value takes precedence, and where it comes from."""
