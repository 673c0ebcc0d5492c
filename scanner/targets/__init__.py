"""Open what the user named."""
