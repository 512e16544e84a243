"""The commands that talk to the service, one file each; they alone import HTTP."""
