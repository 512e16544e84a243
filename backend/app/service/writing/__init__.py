"""How the next revision of an environment is made: what it is composed of, and which gates it must pass."""
