"""The picture of an estate: what is in it, where it stands, and its drawing as SVG."""
