"""How: one package per technology. Siblings never import one another."""
