"""Pages for people, made on the server: the same use cases as the API, and right without JavaScript."""
