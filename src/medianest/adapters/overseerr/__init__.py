"""Overseerr (or Seerr) behind the `RequestGateway` port, and the reading of its webhooks."""

from medianest.adapters.overseerr.gateway import OverseerrGateway
from medianest.adapters.overseerr.webhook import parse_report

__all__ = ["OverseerrGateway", "parse_report"]
