"""The resources about who may do what, and who did."""
