"""What the service knows of apps' contracts: the port `SchemaValidator` on what `setpoint check --schema` does."""
