"""What the HTML page knows: findings, calls and accounts as JSON, its style and its script."""
