"""What applies to every view, of the API and of the pages: its mark, who is asking, refusals and their words."""
