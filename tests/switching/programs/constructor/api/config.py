import os

USER = os.environ.get("SMS_LOGIN")
PASSWORD = os.environ.get("SMS_PASSWORD")
