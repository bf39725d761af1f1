from django.http import HttpResponse

from .smsc_api import SMSC


def confirm(request):
    smsc = SMSC()
    try:
        smsc.send_sms(request.POST["phone"], "Код: 123", sender="sms")
    except Exception as error:
        print(error)
    return HttpResponse("ok")
