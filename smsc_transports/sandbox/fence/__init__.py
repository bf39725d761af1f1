"""What leads a program, whatever it is, from the gateway's names to the sandbox."""
