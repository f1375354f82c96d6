"""The `Mailer` port."""
