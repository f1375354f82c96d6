"""Seals: whether the log is still what it was when it was written, provable without trusting whoever owns the database.

A follower seals what was appended, about a second behind the log: the digest of every row, chained by HMACs under a key
that the database holds only in wrapped form. See docs/decisions/0010-seals.md.
"""
