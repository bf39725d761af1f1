"""A transport that sends by another gateway, one that takes JSON.

Its settings are its own: ``COURIER_URL`` (https://courier.example/messages) and ``COURIER_TOKEN``.
It does not use ``request.settings``, so the SMSC account does not reach the courier.
"""

import os

import requests
from urllib3.exceptions import NewConnectionError

from smsc_transports import ConfigurationError, NotSent, OutcomeUnknown, Transport, hookimpl

ERRORS = {401: 2, 402: 3, 403: 6, 404: 7}
"""SMSC's error codes, which programs know, for HTTP statuses of the courier."""


class Courier(Transport):
    name = "courier"
    commands = frozenset({"send"})

    def addresses(self, request):
        url = os.environ.get("COURIER_URL")
        if not url:
            raise ConfigurationError("Set COURIER_URL, such as https://courier.example/messages.")
        return [url]

    def exchange(self, request, address, timeout):
        sender = request.fields.get("sender", "")
        message = {"to": request.phones, "text": request.text, "from": sender}
        try:
            answer = requests.post(
                address,
                json=message,
                auth=authorize,
                timeout=(timeout.connect, timeout.read),
                allow_redirects=False,  # the token is for this address only
            )
            return reply(answer)
        except requests.ConnectTimeout as error:
            raise NotSent(f"no connection: {error}", timed_out=True)
        except requests.RequestException as error:
            reason = getattr(error.args[0], "reason", error) if error.args else error
            if isinstance(reason, NewConnectionError):
                raise NotSent(f"no connection: {reason}")  # another transport may be tried
            raise OutcomeUnknown(f"no answer: {reason}")  # the courier may have accepted it


def authorize(prepared):
    # As auth= and not as a header, which an entry in ~/.netrc would replace.
    prepared.headers["Authorization"] = "Bearer " + os.environ.get("COURIER_TOKEN", "")
    return prepared


def reply(answer):
    if answer.status_code in ERRORS:
        return f"0,-{ERRORS[answer.status_code]}"
    if answer.status_code != 200:
        raise OutcomeUnknown(f"HTTP status {answer.status_code}")
    message = answer.json()
    return f"{message['id']},{message['parts']},,"  # cost and balance are not known


@hookimpl
def smsc_transports():
    return [Courier()]
