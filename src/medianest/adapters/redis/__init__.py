"""Redis or Valkey: caches and limits that may be wiped or gone at any time."""
