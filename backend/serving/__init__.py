"""Everything that knows gunicorn: how it starts, reloads and stops the service.

What the master imports from this (the modules that `gunicorn.conf.py` names) needs only the standard library and
gunicorn.
"""
