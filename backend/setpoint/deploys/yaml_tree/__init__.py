"""YAML to trees that keep every place: what compose files and Kubernetes manifests are read from."""
