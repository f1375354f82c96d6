"""What all HTTP routes share: problems, access, strict bodies, cursors, health, the OpenAPI document."""
