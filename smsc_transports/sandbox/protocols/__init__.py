"""The ways into the sandbox: HTTP, HTTPS and SMTP, and how faults look on the wire."""
