import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

private let nodeIsInstalled =
    FileManager.default.isExecutableFile(atPath: "/usr/bin/node")
    && FileManager.default.fileExists(atPath: "/usr/share/nodejs/ws/package.json")

/// A client that somebody else wrote: Node with the package `ws`, used as a page uses `WebSocket`.
@Suite(.timeLimit(.minutes(5)), .enabled(if: nodeIsInstalled))
struct NodeClientTests {
    private static let page = #"""
        const WebSocket = globalThis.WebSocket ?? require("ws");
        const [port, token] = process.argv.slice(2);
        const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/ws`, ["deskbridge.v1", `bearer.${token}`]);
        const key = "browser-1";
        socket.onopen = () => socket.send(JSON.stringify({
          type: "CREATE_RESOURCE", idempotencyKey: key, payload: {name: "Project_001", user: "John"}
        }));
        socket.onmessage = ({data}) => {
          const message = JSON.parse(data);
          console.log(JSON.stringify(message));
          if (message.type !== "RESOURCE_CREATED") return;
          socket.send(JSON.stringify({type: "ack", seq: message.seq}));
          socket.send(JSON.stringify({type: "ping"}));
          socket.onmessage = () => socket.close(1000, "done");
        };
        socket.onclose = ({code}) => { console.log(JSON.stringify({protocol: socket.protocol, code})); };
        socket.onerror = ({message}) => { console.error(message); process.exit(1); };
        """#

    private static let fetching = #"""
        (async () => {
          const [port, token] = process.argv.slice(2);
          const answer = await fetch(`http://localhost:${port}/v1/events`, {
            method: "POST",
            headers: {"Authorization": `Bearer ${token}`, "Content-Type": "application/json", "Prefer": "wait=30"},
            body: JSON.stringify({type: "CREATE_RESOURCE", idempotencyKey: "f1", payload: {name: "Grüße", user: "John"}}),
          });
          console.log(JSON.stringify({status: answer.status, body: await answer.json()}));
        })();
        """#

    @Test func aScriptAsInAPageGetsItsConfirmation() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            try bridge.home.write("page.js", Self.page)
            let node = try ChildProcess(
                ["/usr/bin/node", "\(bridge.home.root)/page.js", String(bridge.port), token],
                environment: ["NODE_PATH": "/usr/share/nodejs", "PATH": "/usr/bin"])
            let result = try await node.result()
            #expect(result.exit == .code(0), "\(result.errors)")
            let lines = try node.output.all.map { try JSONParser.parse($0) }
            #expect(lines.map { $0["type"]?.stringValue } == ["authenticated", "accepted", "RESOURCE_CREATED", nil])
            #expect(lines[2]["payload"]?["path"] == .string("\(bridge.home.user)/Projects/Project_001"))
            #expect(lines[3] == ["protocol": "deskbridge.v1", "code": 1000])
            // What it acknowledged does not come again.
            let socket = try await bridge.connect(token)
            try await socket.settle()
            #expect(socket.all("RESOURCE_CREATED").isEmpty)
        }
    }

    @Test func fetchWaitsForTheEnd() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            try bridge.home.write("fetch.js", Self.fetching)
            let node = try ChildProcess(
                ["/usr/bin/node", "\(bridge.home.root)/fetch.js", String(bridge.port), token], environment: ["PATH": "/usr/bin"])
            let result = try await node.result()
            #expect(result.exit == .code(0), "\(result.errors)")
            let line = try JSONParser.parse(result.output)
            #expect(line["status"] == 200)
            #expect(line["body"]?["result"]?["path"] == .string("\(bridge.home.user)/Projects/Grüße"))
        }
    }
}
