"""What one call costs, as a ratio to a new connection by ``urlopen`` in the same run.

``python -m tests.benchmarks.calls`` prints medians over HTTP and HTTPS on loopback. A new
``urlopen`` for each call is what the vendor's file does.
"""

from __future__ import annotations

import os
import ssl
import statistics
import tempfile
import time
from typing import Any, Callable, List
from unittest import mock
from urllib.request import urlopen

from smsc_transports.sandbox.server import Sandbox
from tests.faces import load_face

CALLS = 200
ROUNDS = 3


def median_ms(call: Callable[[], Any]) -> float:
    """Give the median duration of a call in milliseconds, the first one apart."""
    call()
    durations: List[float] = []
    for _ in range(CALLS):
        started = time.perf_counter()
        call()
        durations.append((time.perf_counter() - started) * 1000)
    return statistics.median(durations)


def trusting(pem: str, directory: str) -> str:
    """Write a file with the system's certificates and the sandbox's."""
    system = ssl.get_default_verify_paths().cafile
    path = os.path.join(directory, "trusted.pem")
    with open(path, "w", encoding="utf-8") as trusted:
        if system:
            with open(system, encoding="utf-8") as certificates:
                trusted.write(certificates.read())
        trusted.write(pem)
    return path


def main() -> None:
    """Print one line a scheme."""
    with Sandbox(limits=False) as sandbox, tempfile.TemporaryDirectory() as directory:
        trusted = trusting(sandbox.ca_pem, directory)
        with mock.patch.dict(os.environ, SSL_CERT_FILE=trusted):
            for scheme, hosts in (("http", sandbox.http), ("https", sandbox.https)):
                compare(scheme, hosts)


def compare(scheme: str, hosts: List[str]) -> None:
    """Measure both ways in turn and print the medians of the rounds."""
    face = load_face()
    face.SMSC_LOGIN, face.SMSC_PASSWORD = "login", "password"
    face.SMSC_HOST, face.SMSC_HTTPS = ",".join(hosts), scheme == "https"
    smsc = face.SMSC()
    url = f"{scheme}://{hosts[0]}/sys/balance.php?login=login&psw=password&fmt=1&charset=utf-8&"

    def by_urlopen() -> None:
        with urlopen(url) as answer:
            answer.read()

    rounds = [(median_ms(by_urlopen), median_ms(smsc.get_balance)) for _ in range(ROUNDS)]
    theirs, ours = (statistics.median(times) for times in zip(*rounds))
    print(f"{scheme}: urlopen {theirs:.2f} ms, SMSC {ours:.2f} ms, ratio {ours / theirs:.3f}")


if __name__ == "__main__":
    main()
