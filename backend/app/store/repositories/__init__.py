"""The tables, and the ports on them: one file a kind of thing."""
