"""What ``smsc send``, ``cost``, ``status`` and ``balance`` have in common."""
