"""Defaults of a sandbox, for the command line and for programs."""

from __future__ import annotations

VARIABLE = "SMSC_SANDBOX"  # in a fenced program, the sandbox's inbox
PORT = 2580
SMTP_PORT = 2525
BALANCE = "100.00"
KEEP = 10_000  # messages
CALLBACK_SECRET = "sandbox"
