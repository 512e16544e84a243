"""What Sentry gets. Imported only if a DSN is set, and only after gevent has patched the standard library."""
