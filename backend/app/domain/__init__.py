"""What the service is about: frozen values and pure functions, without clock, database or framework."""
