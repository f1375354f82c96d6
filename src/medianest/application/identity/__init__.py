"""Every way in and out, and what belongs to somebody: sessions, keys, factors, links."""
