"""The subcommands of ``smsc``: each module declares its options and prints what the work found."""
