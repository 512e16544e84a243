"""What the pages show, each from one look at the store; templates only print it."""
