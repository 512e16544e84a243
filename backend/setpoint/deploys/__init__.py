"""What deploy files give: compose files, systemd units and Kubernetes manifests, as each program reads them."""
