"""Turns YAML into trees that keep every place, from which compose files and Kubernetes manifests are read."""
