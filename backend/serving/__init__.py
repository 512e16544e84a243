"""Everything that knows gunicorn: how it starts, reloads and stops the service.

What the master imports from this (`handover.environment`, `listening`, `reload.guard`, `worker.loading`, …) needs only the
standard library and gunicorn.
"""
