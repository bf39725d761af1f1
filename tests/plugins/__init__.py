"""Plugins of every kind, good and bad, found and loaded as users have them."""
