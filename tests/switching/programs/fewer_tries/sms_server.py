from gateway import SMSC


def on_packet(packet):
    SMSC().send_sms(packet[:11], packet[11:].decode(), sender="")


if __name__ == "__main__":
    on_packet(b"79161234567alarm")
