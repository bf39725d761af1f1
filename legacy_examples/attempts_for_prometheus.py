"""A plugin: every attempt is counted and timed for Prometheus.

    SMSC_PLUGINS=attempts_for_prometheus python program.py

The program serves the figures as it serves its others, such as by
``prometheus_client.start_http_server(9090)``. An alert for "nobody knows whether it was sent"::

    increase(smsc_attempts_total{command="send", outcome="unknown"}[10m]) > 0
"""

from prometheus_client import Counter, Histogram

from smsc_transports import hookimpl

LABELS = ("command", "transport", "address", "outcome")

attempts = Counter("smsc_attempts", "Attempts to reach the SMS gateway", LABELS)
seconds = Histogram("smsc_attempt_seconds", "How long an attempt took", ("command", "transport"))


@hookimpl
def smsc_attempt(attempt):
    attempts.labels(attempt.command, attempt.transport, attempt.address, attempt.outcome).inc()
    seconds.labels(attempt.command, attempt.transport).observe(attempt.seconds)
