"""JSON over HTTP: one blueprint a resource, every error a problem document."""
