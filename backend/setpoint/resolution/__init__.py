"""Which value wins, and from where."""
