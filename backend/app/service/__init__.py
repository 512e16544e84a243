"""The use cases; what they need from outside is in the Protocols of `ports.py`."""
