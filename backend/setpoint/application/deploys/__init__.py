"""The use cases on deploy files: check, show and read what their processes get."""
