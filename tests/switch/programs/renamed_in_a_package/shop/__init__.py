from .sms.gateway import Gateway

gateway = Gateway()
