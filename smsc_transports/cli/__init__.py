"""The command smsc."""
