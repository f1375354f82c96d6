"""The `Metadata` port."""
