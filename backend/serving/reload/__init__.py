"""A reload: rehearsed, then done with the very values that were rehearsed, or refused; and the command for it."""
