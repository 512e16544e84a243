"""Use cases, a page each; what they need comes in as the Protocols of `ports.py`."""
