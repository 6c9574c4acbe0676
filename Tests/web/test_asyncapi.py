"""Holds a conversation with the running bridge over a WebSocket, and checks every message of it against docs/asyncapi.yaml."""

import json
import unittest

import jsonschema
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from websockets.sync.client import connect

from bridge import ROOT, Bridge

DOCUMENT = yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text())
REGISTRY = Registry().with_resource("urn:asyncapi", Resource(DOCUMENT, DRAFT202012))
CONTROLS = {"authenticated", "accepted", "state", "output", "status", "response", "error", "pong", "auth", "subscribe", "unsubscribe", "ack", "ping", "request"}


def name_of(message, is_from_client):
    if message["type"] in CONTROLS:
        return message["type"]
    return "event" if is_from_client else "failure" if "error" in message else "confirmation"


def check(message, is_from_client=False):
    name = name_of(message, is_from_client)
    operation = DOCUMENT["operations"]["fromClient" if is_from_client else "toClient"]
    assert {"$ref": f"#/channels/socket/messages/{name}"} in operation["messages"], f"{name} goes the other way"
    schema = {"$ref": f"urn:asyncapi#/components/messages/{name}/payload"}
    jsonschema.Draft202012Validator(schema, registry=REGISTRY, format_checker=jsonschema.FormatChecker()).validate(message)
    return name


class Conversation:
    def __init__(self, socket):
        self.socket = socket
        self.seen = set()

    def say(self, message, is_sound=True):
        if is_sound:
            self.seen.add(check(message, is_from_client=True))
        self.socket.send(json.dumps(message))

    def hear(self, name, fits=lambda message: True):
        """The next message of this name; all on the way to it are checked as well."""
        while True:
            message = json.loads(self.socket.recv(timeout=30))
            found = check(message)
            self.seen.add(found)
            if found == name and fits(message):
                return message


class AsyncAPITests(unittest.TestCase):
    def test_every_message_is_as_the_document_says(self):
        bridge = Bridge("limits: {rate: 60/10s}")
        self.addCleanup(bridge.remove)
        token = bridge.command("token", "create", "dashboard").strip()
        socket = self.enterContext(connect(f"ws://127.0.0.1:{bridge.port}/v1/ws", subprotocols=["deskbridge.v1"]))
        talk = Conversation(socket)
        self.assertEqual(talk.socket.subprotocol, "deskbridge.v1")

        talk.say({"type": "ping"})
        talk.hear("pong")
        talk.say({"type": "auth", "token": token})
        self.assertEqual(talk.hear("authenticated")["client"], "dashboard")
        talk.say({"type": "subscribe", "channels": ["events", "output:*", "status"], "since": 0})
        talk.hear("status")
        talk.say({"type": "CREATE_RESOURCE", "idempotencyKey": "k-1", "payload": {"name": "Project_001", "user": "John"}})
        accepted = talk.hear("accepted")
        talk.hear("output", lambda message: message["id"] == accepted["id"])
        confirmation = talk.hear("confirmation")
        self.assertEqual(confirmation["idempotencyKey"], "k-1")
        talk.say({"type": "ack", "seq": confirmation["seq"]})

        bridge.close_gate()
        talk.say({"type": "CREATE_RESOURCE", "idempotencyKey": "k-2", "payload": {"name": "Project_002", "user": "John"}})
        accepted = talk.hear("accepted")
        talk.say({"type": "request", "id": "r1", "action": "cancel_event", "payload": {"id": accepted["id"]}})
        self.assertEqual(talk.hear("failure")["error"]["code"], "cancelled")

        for index, action in enumerate(["get_event", "list_events", "list_actions", "get_status"]):
            talk.say({"type": "request", "id": f"q{index}", "action": action, "payload": {"id": accepted["id"]}})
            talk.hear("response", lambda message: message["requestId"] == f"q{index}")
        talk.say({"type": "unsubscribe", "channels": ["status"]})

        refusals = {
            "invalid_event": {"type": "CREATE_RESOURCE", "idempotencyKey": "k-3", "payload": {"name": 1}},
            "unknown_event_type": {"type": "NOPE", "idempotencyKey": "k-4", "payload": {}},
            "key_reused": {"type": "CREATE_RESOURCE", "idempotencyKey": "k-1", "payload": {"name": "other", "user": "John"}},
            "unknown_message": {"type": "nope"},
            "not_found": {"type": "request", "id": "r9", "action": "get_event", "payload": {"id": "01a1fe95-3340-7a4b-8fac-13dfe204a515"}},
        }
        for code, message in refusals.items():
            talk.say(message, is_sound=False)
            self.assertEqual(talk.hear("error")["code"], code)
        for index in range(60):
            talk.say({"type": "ping"})
        self.assertGreaterEqual(talk.hear("error", lambda message: message["code"] == "rate_limited")["retryAfter"], 1)
        self.assertEqual(talk.seen, set(DOCUMENT["components"]["messages"]), "every message of the document was seen")

    def test_the_document_itself_is_sound(self):
        for name, message in DOCUMENT["components"]["messages"].items():
            jsonschema.Draft202012Validator.check_schema(message["payload"])
            for example in message.get("examples", []):
                self.assertEqual(check(example["payload"], is_from_client=True), name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
