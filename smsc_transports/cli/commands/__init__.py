"""One module for each subcommand of ``smsc``."""
