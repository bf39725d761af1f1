"""A view for Flask that takes the gateway's status callbacks.

# app.py
from callback_flask import views
app.register_blueprint(views)

The secret of the account's callbacks is in the environment: SMS_CALLBACK_SECRET.
"""

import os

from flask import Blueprint, request

from smsc_transports.callback import InvalidCallback, read_event

views = Blueprint("sms_status", __name__)


def status_changed(event):
    """Yours: the same event may come twice, and an older one later."""
    print(event.id, event.phone, event.status_text, event.changed_at)


@views.route("/sms-status", methods=["GET", "POST"])
def sms_status():
    try:
        event = read_event(request.values.to_dict(), os.environ["SMS_CALLBACK_SECRET"])
    except InvalidCallback as error:
        return str(error), 403, {"Content-Type": "text/plain"}
    status_changed(event)
    return "OK", 200, {"Content-Type": "text/plain"}
