"""Server-Sent Events: the wire format and the open streams."""
