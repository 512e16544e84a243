"""Commands on the database itself, for who runs the service: `python -m config init`, `backup`, `restore`, `doctor`."""
