"""How the process reports on itself: log lines, what is known of a request, Sentry."""
