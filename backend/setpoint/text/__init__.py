"""Prepares text for people: escapes, masks, joins and suggests."""
