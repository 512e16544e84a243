"""Reads deploy files: compose files, systemd units and Kubernetes manifests, as each program reads them."""
