"""The values that a master and its workers run with: validated in an interpreter of their own, handed over."""
