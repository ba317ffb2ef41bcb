"""Tells whether the networks that should reach an Azure OpenAI account do, and no other can."""

__version__ = "0.1.0"
