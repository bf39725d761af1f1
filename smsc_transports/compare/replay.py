"""One case, one copy of smsc_api.py, one observation: what was sent, returned and printed."""

from __future__ import annotations

import importlib.util
import io
import os
import re
import socket
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Dict, Iterator
from unittest import mock

from .gateway import Certificates, Gateway, ScriptedExit, ScriptedInterrupt
from .recorded.case import Case

Observation = Dict[str, Any]

MODULE_NAME = "smsc_api_under_test"
DOMAIN = "smsc.ua"  # the domain that the vectors are written for
SETTINGS_OR_PROXIES = re.compile(r"(SMSC|SMTP)_.*|.*_proxy", re.IGNORECASE)


@contextmanager
def surroundings() -> Iterator[Certificates]:
    """Give every run the same environment: no proxy, no settings, UTC, our own authority."""
    certificates = Certificates()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        trusted = Path(folder, "authority.pem")
        certificates.authority.cert_pem.write_to_path(str(trusted))
        stack.callback(time.tzset)
        stack.enter_context(mock.patch.dict(os.environ, SSL_CERT_FILE=str(trusted), TZ="UTC"))
        for name in filter(SETTINGS_OR_PROXIES.fullmatch, list(os.environ)):
            del os.environ[name]
        time.tzset()  # debug lines show local time
        # smtplib asks the resolver for this machine's own name to greet the server with.
        stack.enter_context(mock.patch.object(socket, "getfqdn", return_value="client.example"))
        yield certificates


def load(path: Path) -> Any:
    """Load a copy of smsc_api.py as a fresh module, whatever its file is called."""
    spec = importlib.util.spec_from_file_location(MODULE_NAME, str(path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE_NAME] = module
    spec.loader.exec_module(module)
    return module


def observe(path: Path, case: Case, certificates: Certificates) -> Observation:
    """Run one case and return what the outside saw of it."""
    module = load(path)
    domain = module.SMTP_FROM.partition("@")[2]  # the vendor publishes a copy for each domain
    for name, value in case.settings.items():
        setattr(module, name, value)
    printed = io.BytesIO()
    console = io.TextIOWrapper(printed, encoding=case.console, newline="", write_through=True)
    observation: Observation = {}
    with Gateway(case.script, certificates) as gateway, mock.patch.object(
        socket, "getaddrinfo", gateway.resolve
    ), redirect_stdout(console), redirect_stderr(io.StringIO()):
        try:
            result = getattr(module.SMSC(), case.method)(*case.args, **case.keywords)
        except (Exception, ScriptedInterrupt, ScriptedExit) as error:
            observation["raises"] = type(error).__name__
        else:
            observation["result"] = _as_data(result)
    observation["printed"] = printed.getvalue().decode(case.console)
    observation["wire"] = gateway.wire
    return observation if domain == DOMAIN else _moved(observation, domain)


def _as_data(result: Any) -> Any:
    """Return the result as JSON can hold it, and only results that it holds without loss."""
    if isinstance(result, list):
        result = list(result)
        assert all(type(field) is str for field in result), result
    else:
        assert result is None or type(result) in (str, bool), result
    return result


def _moved(observed: Any, domain: str) -> Any:
    """Rewrite another domain as that of the vectors, so that any copy can be compared."""
    if isinstance(observed, dict):
        return {key: _moved(value, domain) for key, value in observed.items()}
    if isinstance(observed, list):
        return [_moved(value, domain) for value in observed]
    return observed.replace(domain, DOMAIN) if isinstance(observed, str) else observed
