"""What happens in a worker: it loads the app, tells the app of its connections, and ends politely."""
