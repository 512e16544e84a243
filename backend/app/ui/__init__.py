"""Pages for people, rendered on the server: the same use cases as the API, and usable without JavaScript."""
