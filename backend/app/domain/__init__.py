"""What the service is about: frozen values and pure functions; no clock, no database, no framework."""
