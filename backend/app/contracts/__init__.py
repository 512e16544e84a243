"""What the service knows about apps' contracts: the port `SchemaValidator`, built on `setpoint check --schema`."""
