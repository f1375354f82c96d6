"""The documentation page of the API: vendored assets, served from here alone."""
