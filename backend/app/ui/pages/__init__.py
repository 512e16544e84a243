"""One file per page: which use case it asks, under which mark, and what a form does."""
