"""What happens in a worker: it loads the app, gives the app access to its connections, and ends politely."""
