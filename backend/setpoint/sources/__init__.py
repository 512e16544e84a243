"""Reads files, secret files and the process environment, without judging them."""
