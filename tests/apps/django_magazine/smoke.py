"""Asks the magazine for its first page, and prints the answer."""

import os

import django
from django.test import Client

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
print(Client(headers={"host": "magazine.example"}).get("/").content.decode())
