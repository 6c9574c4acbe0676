package import DeskbridgeCore

extension ProcessPlan {
    package var summary: String {
        ([executable] + arguments.map(\.shown)).map(Self.quoted).joined(separator: " ")
    }

    package var particulars: [String] {
        (choosesDirectory ? ["in \(Self.quoted(directory.shown))"] : [])
            + environment.filter(\.isChosen).map { "with \($0.name)=\(Self.quoted($0.text.shown))" }
            + (input.map { ["given as input: \($0.shown)"] } ?? [])
    }

    package var shown: JSONValue {
        var variables = JSONObject()
        for variable in environment { variables[variable.name] = .string(variable.text.shown) }
        var members: JSONObject = [
            "argv": .array(([executable] + arguments.map(\.shown)).map { .string($0) }),
            "environment": .object(variables),
            "directory": .string(directory.shown),
            "stdin": input.map { .string($0.shown) } ?? .null,
            "timeout": .string(Units.text(timeout)),
            "grace": .string(Units.text(grace)),
            "exitCodes": exitCodes.shown,
            "output": ["tail": .integer(Int64(tail)), "parse": parsesJSON ? "json" : "none"],
            "sandbox": sandbox?.shown ?? ["tier": "none"],
        ]
        if !limits.isEmpty { members["limits"] = limits.shown }
        if let command = shownBubblewrap { members["bubblewrap"] = .array(command.map { .string($0) }) }
        return .object(members)
    }

    /// What bubblewrap is given, but for the bridge's own folders, which it hides. Links in the executable's path are resolved, and granted folders that are missing are left out, when it
    /// is started.
    private var shownBubblewrap: [String]? {
        guard let sandbox, sandbox.tier == .bubblewrap else { return nil }
        return BubblewrapCommand.arguments(
            [executable] + arguments.map(\.shown), file: executable, directory: directory.shown, hasNetwork: sandbox.network == .on,
            write: sandbox.write.map(\.path.shown), read: sandbox.read?.map(\.path.shown))
    }

    /// What the program is called in messages.
    var name: String { executable.split(separator: "/").last.map(String.init) ?? executable }

    /// The argument as one would type it in a shell. Only for showing: no shell ever sees it.
    private static func quoted(_ text: String) -> String {
        if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            return "$'" + text.unicodeScalars.map(escaped).joined() + "'"
        }
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "="), UInt8(ascii: ":"),
                UInt8(ascii: ","), UInt8(ascii: "+"), UInt8(ascii: "@"), UInt8(ascii: "%"):
                true
            default: false
            }
        }
        if isPlain, !text.isEmpty { return text }
        return "'" + text.unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\t": "\\t"
        case "\r": "\\r"
        case "'": "\\'"
        case "\\": "\\\\"
        default:
            if scalar.properties.generalCategory == .control {
                "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2) + String(scalar.value, radix: 16)
            } else {
                String(scalar)
            }
        }
    }
}
