"""A transport in one file: messages go to a file, which a modem daemon reads.

SMSC_PLUGINS=one_file_transport SMSC_TRANSPORT=spool SMS_SPOOL=outbox.jsonl python program.py
"""

import json
import os

from smsc_transports import NotSent, Transport, hookimpl


class Spool(Transport):
    name = "spool"
    commands = frozenset({"send"})

    def addresses(self, request):
        return [os.environ.get("SMS_SPOOL", "outbox.jsonl")]

    def exchange(self, request, address, timeout):
        line = json.dumps({"to": request.phones, "text": request.text}, ensure_ascii=False)
        try:
            with open(address, "a", encoding="utf-8") as spool:
                spool.write(line + "\n")
        except OSError as error:
            raise NotSent(str(error))
        return f"{request.id or 0},{len(request.phones)},0.00,"


@hookimpl
def smsc_transports():
    return [Spool()]
