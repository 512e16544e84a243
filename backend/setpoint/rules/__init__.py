"""The rules of `check`, one file for each hundred of codes."""
