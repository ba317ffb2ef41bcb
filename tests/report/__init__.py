"""Tests of the formats, and what they share."""
