"""JSON over HTTP: one blueprint per resource, and every error a problem document."""
