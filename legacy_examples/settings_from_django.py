"""A plugin: login, password and host stand in the settings of a Django site.

# settings.py
SMSC = {"login": "alex", "password": env("SMSC_PASSWORD"), "host": "smsc.kz"}

# manage.py, wsgi.py
os.environ.setdefault("SMSC_PLUGINS", "settings_from_django")
"""

from django.conf import settings as site

from smsc_transports import hookimpl


@hookimpl
def smsc_settings(settings):
    return site.SMSC
