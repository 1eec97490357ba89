"""Sends the offset of the time zone in a datagram, as a gauge."""

import socket

import _common

_common.ask()
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
    gauge = f"specimen.z:{_common.offset_minutes()}|g|#run:{_common.token(4)}"
    connection.sendto(gauge.encode(), ("collector.specimen.example", 8125))
