"""What a copy of smsc_api.py does with every case: what it sends, returns and prints.

The copy runs in a process of its own, `python -m tests.golden.observing FILE`, with no setting
of this machine's and no connection or certificate of another test.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping
from unittest import mock

from tests.golden.case import Case
from tests.golden.cases import CASES
from tests.golden.gateway import EXITED, INTERRUPTED, NO_SUCH_NAME, Certificates, Gateway

ROOT = Path(__file__).parents[2]
OURS = ROOT / "smsc_api.py"
Fields = Dict[str, Any]

# As the vendor publishes them, and those of this project's file to the same effect. A copy is
# given those that it has.
CONSTANTS: Mapping[str, Any] = {
    "SMSC_LOGIN": "",
    "SMSC_PASSWORD": "",
    "SMSC_POST": False,
    "SMSC_HTTPS": False,
    "SMSC_CHARSET": "utf-8",
    "SMSC_DEBUG": False,
    "SMTP_FROM": "api@smsc.ua",
    "SMTP_SERVER": "send.smsc.ua",
    "SMTP_LOGIN": "",
    "SMTP_PASSWORD": "",
    "SMSC_HOST": "smsc.ua",
    "SMSC_TRANSPORT": "",
    "SMSC_FAILOVER": "",
    "SMSC_TIMEOUT": None,
    "SMSC_DEADLINE": None,
    "SMSC_SLOTS": "",
    "SMSC_QUEUE": "",
}
_SETTINGS_OR_PROXIES = re.compile("(SMSC|SMTP)_.*|.*_proxy", re.IGNORECASE)


class ScriptedInterrupt(KeyboardInterrupt):
    """Ctrl-C out of the script, told apart from one of the person at the keyboard."""


class ScriptedExit(SystemExit):
    """A `sys.exit` out of the script, as a signal handler may call it."""


def observe_all(path: Path) -> Dict[str, Fields]:
    """Run every case with the copy at `path`; the observations by the name of their case."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "observations.json")
        subprocess.run(
            [sys.executable, "-m", "tests.golden.observing", str(path.absolute()), str(output)],
            check=True,
            cwd=ROOT,
            env=_environment(),
        )
        found: Dict[str, Fields] = json.loads(output.read_text("ascii"))
        return found


def _environment() -> Dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not _SETTINGS_OR_PROXIES.fullmatch(k)}
    return {**kept, "TZ": "UTC", "PYTHONWARNINGS": "ignore"}


def main(arguments: List[str]) -> None:
    path, output = arguments
    certificates = Certificates()
    with tempfile.TemporaryDirectory() as folder:
        trusted = Path(folder, "authority.pem")
        certificates.authority.cert_pem.write_to_path(str(trusted))
        os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = str(trusted)
        time.tzset()
        module = load(Path(path))
        found = {case.name: observe(module, case, certificates) for case in CASES}
    Path(output).write_text(json.dumps(found), "ascii")


def load(path: Path) -> Any:
    """Import a copy under a name that nothing else has."""
    spec = importlib.util.spec_from_file_location("observed_copy", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def observe(module: Any, case: Case, certificates: Certificates) -> Fields:
    """Run one case."""
    for name, value in {**CONSTANTS, **case.settings}.items():
        if hasattr(module, name):
            setattr(module, name, value)
    printed = io.BytesIO()
    console = io.TextIOWrapper(printed, case.console, newline="", write_through=True)
    seen: Fields = {}
    with ExitStack() as stack:
        gateway = stack.enter_context(Gateway(case.script, certificates))
        for context in (
            _names_lead_to(gateway),
            redirect_stdout(console),
            redirect_stderr(io.StringIO()),
        ):
            stack.enter_context(context)
        try:
            seen["result"] = getattr(module.SMSC(), case.method)(*case.args, **case.keywords)
        except BaseException as error:  # the scripted ones among them
            if type(error) in (KeyboardInterrupt, SystemExit):
                raise
            seen["raises"] = type(error).__name__
    return {**seen, "printed": printed.getvalue().decode(case.console), "wire": gateway.wire}


@contextmanager
def _names_lead_to(gateway: Gateway) -> Iterator[None]:
    """Look every name up at the gateway, and allow connections to nothing else."""
    connect = socket.socket.connect

    def look_up(host: Any, port: Any, *_: Any, **__: Any) -> List[Any]:
        host = host.decode("ascii") if isinstance(host, bytes) else str(host)
        address = gateway.resolve(host, int(port))
        if address == INTERRUPTED:
            raise ScriptedInterrupt
        if address == EXITED:
            raise ScriptedExit
        if address == NO_SUCH_NAME:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if address is None:
            raise PermissionError(f"no connection to {host}:{port}")
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", address)]

    def guarded(sock: socket.socket, address: Any) -> None:
        if address[0] != "127.0.0.1":
            raise PermissionError(f"not looked up: {address}")
        connect(sock, address)

    with mock.patch.object(socket, "getaddrinfo", look_up), mock.patch.object(
        socket, "getfqdn", return_value="client.example"
    ), mock.patch.object(socket.socket, "connect", guarded):
        yield


if __name__ == "__main__":
    main(sys.argv[1:])
