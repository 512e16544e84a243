"""The commands that say who may do what in the service, how much of it, and who did."""
