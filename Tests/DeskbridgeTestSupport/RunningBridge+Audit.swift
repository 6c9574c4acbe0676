package import DeskbridgeCore

extension RunningBridge {
    /// The records of the audit after a number, as `deskbridge audit export` writes them.
    package func audit(after seq: Int64 = 0) async throws -> [JSONValue] {
        let result = try await command("audit", "export")
        guard result.code == 0 else { throw NeverCame("the audit", instead: [result.errors]) }
        return try result.output.split(separator: "\n").map { try JSONParser.parse(String($0)) }
            .filter { ($0["seq"]?.integerValue ?? 0) > seq }
    }
}
