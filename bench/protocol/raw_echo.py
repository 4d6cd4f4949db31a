"""The floor: echoes on the same framing, and nothing else."""

import json
import socket

sock = socket.socket(fileno=3)
sock.setblocking(True)
rest = b""
while True:
    data = sock.recv(65536)
    if not data:
        break
    lines = (rest + data).split(b"\n")
    rest = lines.pop()
    out = []
    for line in lines:
        message = json.loads(line)
        out.append(json.dumps({"t": "result", "id": message["id"], "r": message["a"]}))
    if out:
        sock.sendall(("\n".join(out) + "\n").encode())
