"""What filters let through."""
