"""The built-in transports: one attempt against one address each."""
