"""How browsers sign in and out."""
