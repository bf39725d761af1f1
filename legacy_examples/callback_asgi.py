"""An ASGI application that takes the gateway's status callbacks.

# FastAPI or Starlette
from callback_asgi import sms_status
app.mount("/sms-status", sms_status)

The URL in the account then ends in a slash, https://shop.example/sms-status/: without it they
answer with a redirect.

The secret of the account's callbacks is in the environment: SMS_CALLBACK_SECRET.
"""

import os
from urllib.parse import parse_qsl

from smsc_transports.callback import InvalidCallback, read_event

LONGEST_BODY = 65536  # bytes; a callback has a few hundred


async def status_changed(event):
    """Yours: the same event may come twice, and an older one later."""
    print(event.id, event.phone, event.status_text, event.changed_at)


async def sms_status(scope, receive, send):
    if scope["type"] != "http":
        return
    form, more = scope["query_string"] + b"&", True
    while more and len(form) < LONGEST_BODY:
        message = await receive()
        form, more = form + message.get("body", b""), message.get("more_body", False)
    status, text = 200, "OK"
    try:
        fields = dict(parse_qsl(form.decode("latin-1"), keep_blank_values=True))
        await status_changed(read_event(fields, os.environ["SMS_CALLBACK_SECRET"]))
    except InvalidCallback as error:
        status, text = 403, str(error)
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
