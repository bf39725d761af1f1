"""What ``smsc doctor`` looks at."""
