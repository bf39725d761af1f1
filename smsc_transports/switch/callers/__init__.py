"""Where programs use a copy, and what our file does there."""
