"""What keeps the answers of upstreams."""
