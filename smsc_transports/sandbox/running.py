"""``smsc sandbox run``: runs a program inside the fence and reports when it has ended."""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping
from urllib.parse import urlsplit

from smsc_transports.cli.terminal import print_anything, printable
from smsc_transports.sandbox.fence import launch, trust

_SECONDS = 5
_NOT_FENCED = """\
--- NOT FENCED: no Python of this program reported to the sandbox ---
  Whatever it sent, it sent to the real gateway. The sandbox reaches only Python, by PYTHONPATH:
  not Python with -I, -E or -S, nor where a script gives it a PYTHONPATH of its own."""
_NOTHING_CAME = """\
  Nothing connected to the gateway's names. Perhaps the program did not come to its sending, asks
  a host that is not known to be the gateway's (name it: SMSC_HOST=host smsc sandbox run ...),
  or hands its e-mails to a mail server of its own."""


class Unreachable(Exception):
    """No sandbox is where ``--at`` says; the text is for the user."""


def run(program: List[str], environment: Mapping[str, str]) -> int:
    """Run ``program`` in this environment; its exit status."""
    try:
        # Before the program starts, so that no early Ctrl-C ends us and leaves it behind. A
        # handler that does nothing, since the child would inherit "ignore".
        signal.signal(signal.SIGINT, lambda *_: None)
        child = subprocess.Popen(program, env=environment)
    except FileNotFoundError:
        print(f"smsc sandbox run: no such command: {program[0]}", file=sys.stderr)
        return 127
    except OSError as error:
        print(f"smsc sandbox run: cannot run {program[0]}: {error.strerror}", file=sys.stderr)
        return 126
    # The terminal sends Ctrl-C to the child itself; other requests to stop are passed on.
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    status = child.wait()
    return status if status >= 0 else 128 - status


def own(sandbox: Any, program: List[str]) -> int:
    """Run ``program`` against ``sandbox`` and print what arrived."""
    from smsc_transports.sandbox import console

    print_anything(sys.stderr)
    status = run(program, sandbox.environment())
    if status in (126, 127) and not sandbox.fences:
        return status
    _judge(report._asdict() for report in sandbox.fences)
    console.report(sandbox)
    quiet = not sandbox.messages and not sandbox.connections
    if quiet and sandbox.fences and not any(report.text for report in sandbox.fences):
        print(_NOTHING_CAME, file=sys.stderr, flush=True)
    return status


def joined(url: str, program: List[str]) -> int:
    """Run ``program`` against the sandbox that runs at ``url``. Raises :class:`Unreachable`."""
    print_anything(sys.stderr)
    url = url.strip().rstrip("/")
    addresses = _ask(url, "addresses")
    seen = len(_ask(url, "fences"))
    with tempfile.TemporaryDirectory(prefix="smsc-sandbox-") as folder:
        bundle = Path(folder) / "authorities.pem"
        trust.write_bundle(bundle, addresses["ca"])
        plan = launch.plan_for(addresses, bundle)
        status = run(program, launch.smsc_fence().environment(os.environ, plan))
    try:
        reports = _ask(url, "fences")
    except Unreachable as error:
        print(f"smsc sandbox run: {error}", file=sys.stderr)
        return status or 1
    if status not in (126, 127) or len(reports) != seen:
        # A sandbox that was reset, or keeps no more reports, has fewer than before.
        _judge(reports[seen:] if len(reports) > seen else reports)
        print(f"--- see {url} ---", file=sys.stderr, flush=True)
    return status


def _judge(reports: Iterable[Mapping[str, Any]]) -> None:
    """Print what the fences of a program reported."""
    listed = list(reports)
    if not any(not report["text"] for report in listed):
        print("\n" + _NOT_FENCED, file=sys.stderr)
    told: Dict[str, None] = dict.fromkeys(report["text"] for report in listed if report["text"])
    for text in told:
        print(f"--- {printable(text)} ---", file=sys.stderr)


def _ask(url: str, what: str) -> Any:
    _require_loopback(url)
    # Loopback is never reached through a proxy.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/api/{what}", timeout=_SECONDS) as response:
            return json.loads(response.read())
    except (OSError, ValueError):
        raise Unreachable(f"no sandbox answers at {url}; start one: smsc sandbox") from None


def _require_loopback(url: str) -> None:
    try:
        host = urlsplit(url).hostname or ""
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local or not url.startswith("http://"):
        raise Unreachable(
            f"{url!r} is no address of a sandbox on this machine, such as http://127.0.0.1:2580"
        )
