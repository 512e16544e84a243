"""What rules base their findings on: what was meant, what is to blame, and how to say so without quoting a value."""
