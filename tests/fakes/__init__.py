"""In-memory stand-ins for ports, held to the same contract suites as the real adapters."""
