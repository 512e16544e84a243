"""The commands that say who may do what in the service, and who did."""
