"""Which passwords are worth having."""

from medianest.application.passwords.rules import check_password

__all__ = ["check_password"]
