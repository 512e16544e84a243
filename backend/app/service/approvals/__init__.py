"""Protected environments: what is proposed there, who approves it, and how it becomes a revision."""
