"""Sends one CREATE_RESOURCE over a WebSocket, and shows what comes back and what it made.

usage: DESKBRIDGE_TOKEN=dbt_... first-event.py PORT

It speaks just enough of RFC 6455 to show that the protocol needs no library.
"""

import base64
import getpass
import json
import os
import socket
import struct
import sys
import uuid


def connect(port, token):
    stream = socket.create_connection(("127.0.0.1", port), timeout=30)
    key = base64.b64encode(os.urandom(16)).decode()
    stream.sendall(
        (
            f"GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: deskbridge.v1, bearer.{token}\r\n\r\n"
        ).encode()
    )
    reader = stream.makefile("rb")
    status = reader.readline().decode().strip()
    if " 101 " not in status:
        sys.exit(f"The bridge refused the WebSocket: {status}")
    while reader.readline().strip():
        pass
    return stream, reader


def send(stream, message):
    payload = json.dumps(message).encode()
    mask = os.urandom(4)
    size = len(payload)
    head = b"\x81" + (bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size))
    stream.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))


def receive(reader):
    while True:
        first, second = reader.read(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", reader.read(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", reader.read(8))
        payload = reader.read(size)
        if first & 0x0F == 1:
            return json.loads(payload)
        if first & 0x0F == 8:
            sys.exit(f"The bridge closed the WebSocket: {payload[2:].decode()}")


def show_tree(folder, indent="    "):
    for name in sorted(os.listdir(folder)):
        if name.startswith("."):
            continue
        path = os.path.join(folder, name)
        print(indent + name + ("/" if os.path.isdir(path) else ""))
        if os.path.isdir(path):
            show_tree(path, indent + "  ")


def main():
    stream, reader = connect(int(sys.argv[1]), os.environ["DESKBRIDGE_TOKEN"])
    event = {
        "type": "CREATE_RESOURCE",
        "idempotencyKey": str(uuid.uuid4()),
        "payload": {"name": "Project_001", "user": getpass.getuser()},
    }
    send(stream, event)
    print("  ->", json.dumps(event))
    while True:
        message = receive(reader)
        if message.get("idempotencyKey") != event["idempotencyKey"]:
            continue
        print("  <-", json.dumps(message))
        if message["type"] == "RESOURCE_CREATED":
            send(stream, {"type": "ack", "seq": message["seq"]})
            print(f"\n  {message['payload']['path']}/")
            show_tree(message["payload"]["path"])
            return
        if message["type"] in ("error", "CREATE_RESOURCE_FAILED"):
            sys.exit("The first event failed; the log above says why.")


main()
