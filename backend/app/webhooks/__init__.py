"""Sends webhooks to addresses that strangers may have chosen."""
