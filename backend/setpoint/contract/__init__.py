"""The settings class seen from the environment, and its exported form."""
