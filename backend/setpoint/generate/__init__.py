"""Files that are generated from a settings class."""
