"""Protected environments and what is proposed there."""
