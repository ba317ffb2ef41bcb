"""What a name resolves to, and whether zones and records are as names need them."""
