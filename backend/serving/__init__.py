"""Everything that knows gunicorn: how it starts, reloads and stops the service.

What the master imports from this (`handover.environment`, `reload.guard`, `worker.loading`, `welcome`) needs only the
standard library and gunicorn.
"""
