"""What is done to text for people: escape, mask, join, suggest."""
