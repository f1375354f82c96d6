"""The `RequestGateway` port."""
