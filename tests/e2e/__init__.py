"""Journeys through a MediaNest that is real but for the outside world: HTTP in, HTTP out."""
