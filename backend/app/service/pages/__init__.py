"""What the pages show, found out in one look at the store each; templates only print it."""
