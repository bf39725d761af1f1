"""A plugin that cannot be imported."""

raise ImportError("libgateway.so: cannot open shared object file")
