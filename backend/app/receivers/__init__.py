"""Sends webhooks to receivers that strangers may have chosen."""
