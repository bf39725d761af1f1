"""A view for Django that takes the gateway's status callbacks.

# urls.py
from callback_django import sms_status
urlpatterns = [path("sms-status", sms_status)]

The secret of the account's callbacks is in the environment: SMS_CALLBACK_SECRET.
"""

import os

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from smsc_transports.callback import InvalidCallback, read_event


def status_changed(event):
    """Yours: the same event may come twice, and an older one later."""
    print(event.id, event.phone, event.status_text, event.changed_at)


@csrf_exempt
def sms_status(request):
    form = (request.POST or request.GET).dict()
    try:
        event = read_event(form, os.environ["SMS_CALLBACK_SECRET"])
    except InvalidCallback as error:
        return HttpResponse(str(error), status=403, content_type="text/plain")
    status_changed(event)
    return HttpResponse("OK", content_type="text/plain")
