"""The values that a master and its workers run with: validated in a separate interpreter, then handed over."""
