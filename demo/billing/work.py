"""Stands in for the app: it reads its settings, and then waits for invoices."""

import signal
import sys

import billing_settings

getattr(billing_settings, sys.argv[1])()
signal.pause()
