"""Which way a packet goes."""
