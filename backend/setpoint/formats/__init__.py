"""What a report looks like, one file for each format."""
