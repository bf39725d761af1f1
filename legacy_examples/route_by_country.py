"""A plugin: which way a message goes depends on the country of its phones.

SMSC_PLUGINS=route_by_country,one_file_transport python program.py
"""

from smsc_transports import hookimpl

ROUTES = {
    "380": "spool",  # Ukraine by the modem in the office,
    "77": "https-post",  # Kazakhstan by SMSC, never in clear,
    "7": "https-get,spool",  # Russia too, by the modem if SMSC is not there
}


@hookimpl
def smsc_choose_transport(request, names):
    routes = {route_of(phone) for phone in request.phones}
    return routes.pop() if len(routes) == 1 else None  # None: as the settings say


def route_of(phone):
    digits = phone.lstrip("+")
    known = [code for code in ROUTES if digits.startswith(code)]
    return ROUTES[max(known, key=len)] if known else None
