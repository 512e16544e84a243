"""A reload: rehearsed, then done with exactly the values that were rehearsed, or refused; and the command for it."""
