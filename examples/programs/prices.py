"""prices.py DATABASE: keeps the prices that arrive in datagrams, such as `2026-11-20,KIN,12.5`, one on a line.

A datagram service with `wait` is given the socket itself as descriptor 0, with the first datagram still in it. This
one takes what is waiting and ends; the next datagram starts it again. There is no one to print an error to (all three
descriptors are that socket), so what cannot be read as a price is kept as well, in a table of its own.
"""
import socket
import sqlite3
import sys

LARGEST_DATAGRAM = 65535

SCHEMA = """
CREATE TABLE IF NOT EXISTS prices (day TEXT, name TEXT, value REAL, PRIMARY KEY (day, name));
CREATE TABLE IF NOT EXISTS rejected (line TEXT);
"""


def waiting(sock):
    """The datagrams in the socket's queue; the first is there, or this program would not have been started."""
    flags = 0
    while True:
        try:
            yield sock.recv(LARGEST_DATAGRAM, flags)
        except BlockingIOError:
            return
        flags = socket.MSG_DONTWAIT


def keep(database, line):
    try:
        day, name, value = line.split(",")
        price = (day, name, float(value))
    except ValueError:
        database.execute("INSERT INTO rejected VALUES (?)", (line,))
    else:
        database.execute("INSERT OR REPLACE INTO prices VALUES (?, ?, ?)", price)


with socket.socket(fileno=0) as sock, sqlite3.connect(sys.argv[1]) as database:
    database.executescript(SCHEMA)
    for datagram in waiting(sock):
        for line in datagram.decode("utf-8", "replace").split():
            keep(database, line)
