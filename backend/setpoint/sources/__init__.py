"""Files, secret files and the process environment: read, not judged."""
