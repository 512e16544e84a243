"""All that knows gunicorn: how it starts, reloads and stops the service.

What the master imports of this (`handover.environment`, `reload.guard`, `worker.loading`, `welcome`) needs the standard
library and gunicorn alone.
"""
