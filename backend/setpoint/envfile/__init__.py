"""Env files: a lossless parser with exact spans, and one file for each program that reads them in its own way."""
