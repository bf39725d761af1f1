"""One case, one copy of smsc_api.py, one observation: what was sent, returned and printed."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, Mapping, NamedTuple

from smsc_transports.compare.gateway import Certificates, Gateway
from smsc_transports.compare.program import Call, Fields, Program, Stopped
from smsc_transports.compare.recorded.case import Case

DOMAIN = "smsc.ua"  # the domain that the vectors are written for
ONLY_IN_THE_SHIM = (
    "SMSC_HOST",
    "SMSC_TRANSPORT",
    "SMSC_FAILOVER",
    "SMSC_TIMEOUT",
    "SMSC_DEADLINE",
)
SHIM = Path(__file__).parents[2] / "smsc_api.py"

_PROXIES = re.compile(".*_proxy", re.IGNORECASE)
_OF_THE_SHIM = re.compile(
    "SMSC_(HOST|TRANSPORT|FAILOVER|TIMEOUT|DEADLINE|SANDBOX|PLUGINS|BLOCK_PLUGINS)"
)
_SETTINGS = re.compile("(SMSC|SMTP)_.*")


class Surroundings(NamedTuple):
    """What every run finds: the gateway's certificates, and the environment of the process."""

    certificates: Certificates
    environment: Dict[str, str]

    @property
    def of_the_shim(self) -> Dict[str, str]:
        """The same without any setting: the shim is given all of its by constants."""
        return {k: v for k, v in self.environment.items() if not _SETTINGS.fullmatch(k)}


class Observed(NamedTuple):
    """What the outside saw of a call, and what only its process knows."""

    observation: Fields
    told: Fields


@contextmanager
def surroundings() -> Iterator[Surroundings]:
    """Give every run the same environment: no proxy, UTC, our own authority."""
    certificates = Certificates()
    with tempfile.TemporaryDirectory() as folder:
        trusted = os.path.join(folder, "authority.pem")
        certificates.authority.cert_pem.write_to_path(trusted)
        environment = {
            name: value
            for name, value in os.environ.items()
            if not (_PROXIES.fullmatch(name) or _OF_THE_SHIM.fullmatch(name))
        }
        environment.update(SSL_CERT_FILE=trusted, REQUESTS_CA_BUNDLE=trusted, TZ="UTC")
        yield Surroundings(certificates, environment)


def vendor_constants(domain: str = DOMAIN) -> Dict[str, Any]:
    """Give the constants as the vendor publishes them, and the shim's own to the same effect."""
    return {
        "SMSC_LOGIN": "",
        "SMSC_PASSWORD": "",
        "SMSC_POST": False,
        "SMSC_HTTPS": False,
        "SMSC_CHARSET": "utf-8",
        "SMSC_DEBUG": False,
        "SMTP_FROM": f"api@{domain}",
        "SMTP_SERVER": f"send.{domain}",
        "SMTP_LOGIN": "",
        "SMTP_PASSWORD": "",
        "SMSC_HOST": domain,
        "SMSC_TRANSPORT": "",
        "SMSC_FAILOVER": "",
        "SMSC_TIMEOUT": None,
        "SMSC_DEADLINE": None,
    }


def observe(
    program: Program, case: Case, constants: Mapping[str, Any], certificates: Certificates
) -> Observed:
    """Run one case; its settings win over the constants."""
    settings = {**constants, **case.settings}
    call = Call(case.method, case.args, case.keywords, settings, case.console)
    with Gateway(case.script, certificates) as gateway:
        try:
            told = program.call(call, gateway)
        except Stopped as error:
            told = {"stopped": str(error), "timed_out": error.timed_out, "printed": ""}
    fields = ("raises", "result", "stopped", "printed")
    observation = {field: told[field] for field in fields if field in told}
    return Observed({**observation, "wire": gateway.wire}, told)


def moved(observed: Any, domain: str) -> Any:
    """Rewrite another domain as that of the vectors, so that any copy can be compared."""
    return replaced(observed, domain, DOMAIN)


def replaced(observed: Any, before: str, after: str) -> Any:
    """Replace a text wherever it stands in an observation."""
    if isinstance(observed, dict):
        return {key: replaced(value, before, after) for key, value in observed.items()}
    if isinstance(observed, list):
        return [replaced(value, before, after) for value in observed]
    return observed.replace(before, after) if isinstance(observed, str) else observed
