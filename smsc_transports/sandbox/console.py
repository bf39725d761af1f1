"""The sandbox at a terminal: messages as readable blocks."""

from __future__ import annotations

import queue
import signal
import sys
from datetime import datetime
from typing import List, Union

from smsc_transports.cli.terminal import print_anything, printable
from smsc_transports.sandbox.rules.store import Message, Refusal
from smsc_transports.sandbox.server import Sandbox


def serve(sandbox: Sandbox) -> int:
    """Print what arrives until Ctrl-C or SIGTERM."""
    print_anything(sys.stdout)
    arrived: queue.SimpleQueue[Union[Message, Refusal]] = queue.SimpleQueue()
    sandbox.on_message(arrived.put)
    sandbox.on_refusal(arrived.put)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"Inbox        {sandbox.url}")
    print(f"HTTP hosts   {' '.join(sandbox.http)}")
    print(f"HTTPS hosts  {' '.join(sandbox.https)}")
    print(f"SMTP         {sandbox.smtp[0]}")
    print(f"SMPP         {sandbox.smpp[0]}, with TLS {sandbox.smpp[1]}")
    print("Lead programs to it from another terminal, stop it with Ctrl-C:")
    print(f"smsc sandbox run --at {sandbox.url} -- python program.py", flush=True)
    try:
        while True:
            print("\n" + block(arrived.get()), flush=True)
    except KeyboardInterrupt:
        return 0


def report(sandbox: Sandbox) -> None:
    """Print on stderr what arrived, in the order of time."""
    messages = sandbox.messages
    count = "1 message" if len(messages) == 1 else f"{len(messages)} messages"
    print(f"\n--- the sandbox received {count} ---", file=sys.stderr)
    events: List[Union[Message, Refusal]] = [*messages, *sandbox.refusals]
    for event in sorted(events, key=_time):
        print(block(event), file=sys.stderr)
    print(f"--- balance {sandbox.balance} ---", file=sys.stderr, flush=True)


def _time(event: Union[Message, Refusal]) -> float:
    return event.received if isinstance(event, Message) else event.time


def block(event: Union[Message, Refusal]) -> str:
    """A message, or a request that was refused, for the terminal."""
    time = datetime.fromtimestamp(_time(event)).strftime("%H:%M:%S")
    if isinstance(event, Refusal):
        return f"{time}  {event.endpoint} refused: error {event.code} ({event.description})"
    parts = f"{len(event.parts)} part{'s' if len(event.parts) > 1 else ''}"
    encoding = f" {event.encoding}" if event.encoding else ""
    sender = f"  from {event.sender}" if event.sender else ""
    kind = f"  {event.kind}" if event.kind != "sms" else ""
    head = f"{time}  id {event.id}  to {', '.join(event.phones)}{sender}{kind}"
    text = "\n".join("  " + line for line in printable(event.text).split("\n"))
    return f"{printable(head)}  {parts}{encoding}  {event.price}\n{text}"
