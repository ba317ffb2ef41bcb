"""Whether a resource or a call is as it should be: what rules ask of one at a time."""
