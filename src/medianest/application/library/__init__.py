"""What the media servers hold: scanned, looked at, and in the end called gone."""
