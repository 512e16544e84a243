"""Builds kustomizations as `kubectl kustomize` does, as far as they decide what containers get."""
