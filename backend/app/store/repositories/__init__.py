"""The tables, and the ports on them: one file for each kind of thing."""
