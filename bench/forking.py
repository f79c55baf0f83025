"""forking.py PORT: lower.py as a server of its own, with a fork for each client."""
import gc
import os
import socket
import sys

listener = socket.create_server(('127.0.0.1', int(sys.argv[1])), backlog=128)
children = set()
gc.freeze()
while True:
    client, _ = listener.accept()
    while children and (ended := os.waitpid(-1, os.WNOHANG)[0]) > 0:
        children.discard(ended)
    child = os.fork()
    if child == 0:
        for fd in 0, 1, 2:
            os.dup2(client.fileno(), fd)
        client.close()
        os.setsid()
        for line in sys.stdin:
            sys.stdout.write(line.lower())
        sys.stdout.flush()
        os._exit(0)
    children.add(child)
    client.close()
