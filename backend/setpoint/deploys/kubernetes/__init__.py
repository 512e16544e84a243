"""Reads Kubernetes manifests, and kustomizations of them, into the environment that each container gets."""
