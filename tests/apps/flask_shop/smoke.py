"""Asks the shop for its first page, and prints the answer."""

from shop.web import app

print(app.test_client().get("/").text.strip())
