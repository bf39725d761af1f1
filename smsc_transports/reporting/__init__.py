"""What people get to read: log lines, warnings printed once, and the mask over secrets."""
