"""How the process reports on itself: log lines, what is known about a request, Sentry."""
