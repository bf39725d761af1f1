"""Reading Python files as people have them."""
