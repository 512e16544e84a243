"""Rules, findings, diagnostics, and the report that they make up."""
