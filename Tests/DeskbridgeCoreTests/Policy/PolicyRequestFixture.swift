@testable import DeskbridgeCore

extension PolicyRequest {
    /// A request whose payload says nothing, on Monday at nine.
    init(type: String, client: String, origin: String?) {
        self.init(type: type, client: client, origin: origin, payload: [:], moment: .mondayAtNine)
    }

    /// An event of type `A` from the client `a`.
    static func sending(_ payload: JSONValue, at moment: LocalMoment = .mondayAtNine) -> PolicyRequest {
        PolicyRequest(type: "A", client: "a", origin: nil, payload: payload, moment: moment)
    }
}

extension LocalMoment {
    static let mondayAtNine = LocalMoment(day: .monday, minute: 9 * 60)
}

/// The policy of a file `policies/p.yaml` with these rules, one a line.
func policy(rules: String...) throws -> Policy {
    try PolicyFile.parse(yamlNode("rules:\n" + rules.map { "  - \($0)\n" }.joined(), file: "policies/p.yaml"), home: "/h").policy
}
