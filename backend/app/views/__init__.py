"""What holds for every view, of the API and of the pages: its mark, who asks, what is refused, and how it is said."""
