"""Reads units as systemd 252 does: their drop-ins, the env files that they name, and what a process gets from them."""
