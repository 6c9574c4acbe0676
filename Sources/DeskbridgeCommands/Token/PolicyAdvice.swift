internal import DeskbridgeCore

/// What to tell somebody who lets a client in that policies let do nothing.
enum PolicyAdvice {
    /// - Parameter origins: of the client's pages; empty for a program.
    static func unnamed(_ client: String, origins: [String]) -> String {
        let whence = origins.isEmpty ? "" : " from \(origins.map { $0.printable() }.joined(separator: " or "))"
        return """
            No policy rule lets "\(client.printable())" send anything\(whence) yet. Add one to policies/, such as:
              - {allow: [CREATE_RESOURCE], clients: ["\(client.printable())"]}
            It is in force at once.
            """
    }
}
