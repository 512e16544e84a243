"""Puts what webhooks are to be told beside what it tells of, in one transaction: both are stored, or neither."""

from app.domain.webhook import Message
from app.service.ports import Transaction


def announce(found: Transaction, message: Message) -> None:
    """Store `message` for each endpoint that wants it and has not been told the same before."""
    for endpoint in found.webhooks.all_endpoints():
        if endpoint.wants(message):
            found.webhooks.put(message, endpoint.id)
