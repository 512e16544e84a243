"""The formats of a report, one file for each."""
