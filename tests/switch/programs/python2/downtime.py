# -*- coding: utf-8 -*-
from smsc_api import *

smsc = SMSC()
try:
    r = smsc.send_sms("79161234567", "server is down")
except IOError, e:
    print "no network:", e
else:
    print "answer:", r[1]
