"""Keeps a command running with the newest revision that its own settings class accepts."""
