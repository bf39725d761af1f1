"""A transport that sends by a gateway which takes JSON.

Set up by ``COURIER_URL`` (https://courier.example/messages) and ``COURIER_TOKEN``.
"""

import json
import os
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from smsc_transports import NotSent, OutcomeUnknown, Transport, hookimpl

ERRORS = {401: 2, 402: 3, 403: 6, 404: 7}
"""The gateway's own error codes, as programs know them, for HTTP statuses of the courier."""


class Courier(Transport):
    name = "courier"
    commands = frozenset({"send"})

    def addresses(self, request):
        return [os.environ.get("COURIER_URL", "http://127.0.0.1:8080/messages")]

    def exchange(self, request, address, timeout):
        url = urlsplit(address)
        make = HTTPSConnection if url.scheme == "https" else HTTPConnection
        connection = make(url.netloc, timeout=timeout.connect)
        try:
            connection.connect()
        except OSError as error:
            raise NotSent(f"no connection: {error}")  # nothing left, so another may be tried
        try:
            connection.sock.settimeout(timeout.read)
            connection.request("POST", url.path, self.letter(request), self.headers())
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, HTTPException) as error:
            raise OutcomeUnknown(f"no answer: {error}")  # it may have been taken
        finally:
            connection.close()
        return self.reply(answer.status, body)

    def letter(self, request):
        sender = request.fields.get("sender", "")
        return json.dumps({"to": request.phones, "text": request.text, "from": sender})

    def headers(self):
        token = os.environ.get("COURIER_TOKEN", "")
        return {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}

    def reply(self, status, body):
        if status in ERRORS:
            return f"0,-{ERRORS[status]}"
        if status != 200:
            raise OutcomeUnknown(f"HTTP status {status}")
        message = json.loads(body)
        return f"{message['id']},{message['parts']},,"  # cost and balance are not known


@hookimpl
def smsc_transports():
    return [Courier()]
