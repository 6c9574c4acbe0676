import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

/// What a dry run shows is, to the last byte, what a run does.
@Suite(.timeLimit(.minutes(5)))
struct DryRunTests {
    /// Writes what the kernel knows of this process to `$ROOT/dumped`: argv, environment, working directory, standard input.
    private static let dump = """
        import json, os, sys
        def strings(name):
            with open("/proc/self/" + name, "rb") as file:
                return [part.decode() for part in file.read().split(b"\\0")[:-1]]
        dump = {"argv": strings("cmdline"), "environment": dict(entry.split("=", 1) for entry in strings("environ")),
                "directory": os.getcwd(), "stdin": sys.stdin.buffer.read().decode()}
        with open("$ROOT/dumped", "w") as file:
            json.dump(dump, file)
        """

    private static let files = BridgeFiles(
        actions: [
            "everything": """
            action: everything
            on: EVERYTHING
            confirm: EVERYTHING_DONE
            parameters:
              name: {type: string}
              title: {type: string}
              count: {type: integer, default: 2}
            steps:
              - id: project
                folder:
                  root: ~/Projects
                  name: "{date:yyyy}_{name}"
                  tree: ["assets/{textures,models}", "shots/sh{1..count:03}", {"README.md": "# {title}\\n", "deep/er/note.txt": "{name}"}]
              - id: dump
                process:
                  argv: [/usr/bin/python3, $BIN/dump.py, --, "{title}", "{name}: {title}", "{count:04}", "", "{steps.project.path}"]
                  environment: {GREETING: "Hello {title}", PYTHONDONTWRITEBYTECODE: "1", EMPTY: ""}
                  inheritEnvironment: [FLAVOUR]
                  directory: "{steps.project.path}"
                  stdin: payload
              - id: tell
                dbus:
                  bus: session
                  destination: org.example.Recorder
                  path: "/org/example/{name}"
                  interface: org.example.Recorder
                  member: Notify
                  signature: susasa{sv}ibd
                  arguments: ["{title}", "{count}", "{steps.project.path}", [one, "{name}"], {urgency: {"@": y, value: 2}, who: {"@": s, value: "{title}"}}, -5, true, 0.5]
            """
        ],
        policies: [
            "open": """
            rules: [{allow: ["*"], clients: ["*"]}]
            grants:
              folders: [~/Projects]
              executables: [/usr/bin/python3]
              dbus: ["session org.example.Recorder org.example.Recorder.Notify"]
            """
        ],
        programs: ["dump.py": dump, "recorder.py": recorder])

    /// Answers every call of `org.example.Recorder`, and writes each as JSON.
    private static let recorder = """
        import json, os, dbus, dbus.bus, dbus.lowlevel
        from dbus.mainloop.glib import DBusGMainLoop
        from gi.repository import GLib
        DBusGMainLoop(set_as_default=True)
        bus = dbus.bus.BusConnection(os.environ["DBUS_SESSION_BUS_ADDRESS"])
        signatures = {dbus.Byte: "y", dbus.String: "s"}
        def plain(value):
            level = getattr(value, "variant_level", 0)
            if level:
                return {"@": signatures[type(value)], "value": plain(type(value)(value))}
            if isinstance(value, dbus.Boolean): return bool(value)
            if isinstance(value, dict): return {str(name): plain(member) for name, member in value.items()}
            if isinstance(value, list): return [plain(element) for element in value]
            if isinstance(value, str): return str(value)
            if isinstance(value, float): return float(value)
            return int(value)
        def handle(connection, call):
            if call.get_type() != dbus.lowlevel.MESSAGE_TYPE_METHOD_CALL or call.get_interface() != "org.example.Recorder":
                return dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED
            print(json.dumps({"destination": call.get_destination(), "path": call.get_path(), "interface": call.get_interface(),
                "member": call.get_member(), "signature": str(call.get_signature()),
                "arguments": [plain(argument) for argument in call.get_args_list()]}), flush=True)
            bus.send_message(dbus.lowlevel.MethodReturnMessage(call))
            return dbus.lowlevel.HANDLER_RESULT_HANDLED
        bus.add_message_filter(handle)
        bus.request_name("org.example.Recorder")
        print("ready", flush=True)
        GLib.MainLoop().run()
        """

    static let titles = [
        "Plain", "two  words", "$(touch $HOME/owned); `id` && rm -rf ~ | cat > x", "quotes ' and \" and \\", "line\none\tand two",
        "Grüße, 世界 🦔", "{name} {{date}} %s %n", "* ? [a-z]", "--help", "e\u{301} and \u{e9}", "\u{202e}right to left",
        String(repeating: "long ", count: 200),
    ]

    /// Members of the bridge's own environment are passed on or kept back by the same rules in both.
    private static let environment = ["FLAVOUR": "sweet and sour", "SECRET_TOKEN": "hidden", "LC_TIME": "de_DE.UTF-8", "LD_BIND_NOW": "1"]

    private static func recorder(on home: TestHome, _ bus: PrivateBus) async throws -> ChildProcess {
        let recorder = try ChildProcess(
            ["/usr/bin/python3", home.programs + "/recorder.py"], environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address])
        guard await recorder.output.first() == "ready" else { throw NeverCame("the recorder", instead: recorder.errors.all) }
        return recorder
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")), arguments: titles)
    func aRunDoesWhatTheDryRunShowed(_ title: String) async throws {
        let bus = try PrivateBus()
        var environment = Self.environment
        environment["DBUS_SESSION_BUS_ADDRESS"] = bus.address
        try await withBridge(Self.files, environment: environment) { bridge in
            let home = bridge.home
            let recorder = try await Self.recorder(on: home, bus)
            let payload: JSONValue = ["name": "Project_1", "title": .string(title)]
            let before = home.tree("")
            let dryRun = try await home.command(
                ["dry-run", "EVERYTHING", "--payload", "-", "--format", "json", "--client", "dashboard"], input: payload.text,
                environment: environment)
            #expect(dryRun.code == 0, "\(dryRun.errors)")
            #expect(home.tree("") == before, "nothing was made")
            let shown = try #require(dryRun.json)
            #expect(shown["decision"]?["effect"] == "allow")
            let token = try await bridge.token("dashboard")
            let overTheWire = try await bridge.post("/v1/plan", ["type": "EVERYTHING", "payload": payload], token: token)
            #expect(overTheWire.json == shown)
            let steps = try #require(shown["plan"]?["steps"]?.arrayValue)
            let plans = steps.map { $0["plan"] ?? .null }
            #expect(recorder.output.all == ["ready"], "nothing was called")

            let final = try await bridge.postAndWait(event("EVERYTHING", "e", payload), token: token)
            #expect(final.json?["state"] == "succeeded", "\(final.text)")

            let path = try #require(plans[0]["path"]?.stringValue)
            let root = String(path.dropFirst(home.root.count + 1))
            #expect(Self.shownTree(plans[0], in: path) == Self.realTree(home, root))
            let dumped = try JSONParser.parse(try #require(home.read("dumped")))
            #expect(dumped["argv"] == plans[1]["argv"])
            // The bridge's own mark of what it runs is no part of a plan.
            let names = dumped["environment"]?.objectValue?.keys.filter { $0 != "DESKBRIDGE_RUN" }.sorted()
            #expect(names == plans[1]["environment"]?.objectValue?.map(\.key))
            for (name, value) in plans[1]["environment"]?.objectValue ?? [:] { #expect(dumped["environment"]?[name] == value, "\(name)") }
            #expect(dumped["directory"] == plans[1]["directory"])
            #expect(dumped["stdin"] == plans[1]["stdin"])
            #expect(dumped["environment"]?["FLAVOUR"] == "sweet and sour")
            #expect(dumped["environment"]?["SECRET_TOKEN"] == nil && dumped["environment"]?["LD_BIND_NOW"] == nil)

            guard let line = await recorder.output.first() else { throw NeverCame("the call", instead: recorder.errors.all) }
            let call = try JSONParser.parse(line)
            for name in ["destination", "path", "interface", "member", "signature", "arguments"] {
                #expect(call[name] == plans[2][name], "\(name)")
            }

            // What the ledger remembers of the attempt is the same once more.
            let remembered = final.json?["attempts"]?.arrayValue?.first?["plan"]?.arrayValue
            #expect(remembered?.map { $0["plan"] ?? .null } == plans)
            #expect(!home.tree("user").contains("owned"))
        }
    }

    /// Files with their sizes and folders as a plan lists them.
    private static func shownTree(_ plan: JSONValue, in path: String) -> [String] {
        (plan["tree"]?.arrayValue ?? []).map { entry in
            if let folder = entry["folder"]?.stringValue { return folder + "/" }
            return "\(entry["file"]?.stringValue ?? "?") \(entry["bytes"]?.integerValue ?? -1)"
        }.sorted()
    }

    private static func realTree(_ home: TestHome, _ root: String) -> [String] {
        home.tree(root).map { entry in
            entry.hasSuffix("/") ? entry : "\(entry) \(home.read("\(root)/\(entry)")?.utf8.count ?? -1)"
        }.sorted()
    }

    @Test func aDryRunNeedsNoDaemonAndChangesNothing() async throws {
        let home = try TestHome(.samples)
        let before = home.tree("")
        let result = try await home.command(["dry-run", "CREATE_RESOURCE", "--set", "name=A", "--set", "user=x", "--format", "json"])
        #expect(result.code == 0)
        #expect(home.tree("") == before)
    }

    @Test func aDryRunRefusesWhatARunWouldRefuse() async throws {
        var files = BridgeFiles.samples
        files.policies["00-no"] = "rules: [{deny: [WORK], clients: [dashboard]}]\n"
        try await withBridge(files) { bridge in
            let token = try await bridge.token("dashboard")
            let refusals: [(type: String, payload: JSONValue, exit: Int32, status: Int)] = [
                ("WORK", [:], 77, 403),
                ("CREATE_RESOURCE", ["name": "A"], 65, 422),
                ("CREATE_RESOURCE", ["name": "../A", "user": "x"], 65, 422),
                ("CREATE_RESORCE", ["name": "A", "user": "x"], 65, 422),
            ]
            for (type, payload, exit, status) in refusals {
                let dryRun = try await bridge.command(
                    "dry-run", type, "--payload", payload.text, "--client", "dashboard", "--format", "json")
                let sent = try await bridge.post("/v1/events", event(type, "k", payload), token: token)
                #expect(dryRun.code == exit && sent.status == status, "\(type) \(payload.text): \(dryRun.errors) \(sent.text)")
                #expect(dryRun.json?["decision"]?["code"] == sent.json?["code"])
                #expect(dryRun.json?["decision"]?["errors"] == sent.json?["errors"])
                #expect(dryRun.json?["decision"]?["rule"] == (exit == 77 ? "policies/00-no.yaml:1" : nil))
                let wire = try await bridge.post("/v1/plan", ["type": .string(type), "payload": payload], token: token)
                #expect(wire.json == dryRun.json)
            }
            func shown(_ words: String...) async throws -> String { try await bridge.home.command(["dry-run"] + words).output }
            #expect(
                try await shown("WORK", "--client", "dashboard").hasPrefix(
                    "Decision  refused: denied_by_policy, by policies/00-no.yaml:1\n"))
            #expect(
                try await shown("CREATE_RESOURCE") == """
                    Decision  refused: invalid_event
                              /payload/name: is missing
                              /payload/user: is missing
                    """)
        }
    }
}
