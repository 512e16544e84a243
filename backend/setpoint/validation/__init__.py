"""Asks the settings class itself."""
