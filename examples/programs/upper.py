"""Answers one datagram in upper case.

print() cannot answer a datagram, since the socket has no fixed other end: recvfrom() tells who sent it, and sendto()
answers that one.
"""
import socket

LARGEST_DATAGRAM = 65535

with socket.socket(fileno=0) as sock:
    datagram, sender = sock.recvfrom(LARGEST_DATAGRAM)
    sock.sendto(datagram.decode("utf-8", "surrogateescape").upper().encode("utf-8", "surrogateescape"), sender)
