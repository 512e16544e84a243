"""The loaders: one file for each program that reads env files in its own way, and what some of them share."""
