"""A bridge that takes phone and text off a socket and hands them on as the bytes they are."""

import socket

import smsc_api
from smsc_api import SMSC

smsc_api.SMSC_LOGIN = "bridge"
smsc_api.SMSC_PASSWORD = "bridge"

smsc = SMSC()
inside, outside = socket.socketpair()
outside.sendall("79167778899Привет из чата!\n".encode())
outside.sendall(b"79167778800Hello from the chat\n")
outside.close()

for line in inside.makefile("rb"):
    phone, text = line[:11], line[11:].strip()
    r = smsc.send_sms(phone, text, translit=1, sender="")
    print(phone, "->", r)
