"""The tests of MediaNest; a package, so that support modules are imported by name."""
