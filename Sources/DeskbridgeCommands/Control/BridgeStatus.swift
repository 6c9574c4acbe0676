package import DeskbridgeCore

/// How the daemon is, as `GET /v1/status` says it.
package struct BridgeStatus: Sendable, Equatable {
    package struct Connections: Sendable, Equatable {
        package let client: String
        package let connections: Int64
    }

    /// What was loaded from a folder of definitions, and what could not be.
    package struct Definitions: Sendable, Equatable {
        package let count: Int64
        package let errors: [String]
    }

    /// The bridge's name on the message bus.
    package struct Bus: Sendable, Equatable {
        /// `owned`, `connecting`, `away`, `taken`, `refused`, or `off`.
        package let state: String
        package let name: String
        package let bus: String
        /// Who has the name, or why it is refused.
        package let detail: String?
    }

    /// Outcomes that the ledger could not take yet.
    package struct Unstored: Sendable, Equatable {
        package let outcomes: Int64
        package let since: Timestamp?
        package let reason: String
    }

    package let json: JSONValue
    package let version: String

    package init(_ json: JSONValue) throws(ControlError) {
        guard let version = json["version"]?.stringValue else { throw .unexpectedAnswer("a status without a version") }
        self.json = json
        self.version = version
    }

    package var pid: Int64? { json["pid"]?.integerValue }
    /// In seconds.
    package var uptime: Int64? { json["uptime"]?.doubleValue.flatMap { Int64(exactly: $0.rounded(.down)) } }
    package var startedAt: Timestamp? { json["startedAt"]?.stringValue.flatMap { Timestamp($0) } }
    package var home: String? { json["home"]?.stringValue }
    package var listen: [String] { (json["listen"]?.arrayValue ?? []).compactMap(\.stringValue) }
    package var bus: Bus? {
        guard let bus = json["bus"], let state = bus["state"]?.stringValue else { return nil }
        return Bus(
            state: state, name: bus["name"]?.stringValue ?? "", bus: bus["bus"]?.stringValue ?? "",
            detail: (bus["owner"] ?? bus["error"])?.stringValue)
    }
    package var connections: Int64 { json["connections"]?.integerValue ?? 0 }
    package var oldestQueuedAt: Timestamp? { json["oldestQueuedAt"]?.stringValue.flatMap { Timestamp($0) } }
    package var unstored: Unstored? {
        guard let unstored = json["unstored"], let outcomes = unstored["outcomes"]?.integerValue else { return nil }
        return Unstored(
            outcomes: outcomes, since: unstored["since"]?.stringValue.flatMap { Timestamp($0) },
            reason: unstored["reason"]?.stringValue ?? "")
    }
    package var actions: Definitions { definitions("actions", count: "loaded") }
    package var policies: Definitions { definitions("policies", count: "rules") }

    package var clients: [Connections] {
        (json["clients"]?.arrayValue ?? []).map {
            Connections(client: $0["client"]?.stringValue ?? "", connections: $0["connections"]?.integerValue ?? 0)
        }
    }

    /// How many events are in a state.
    package func count(_ state: DeliveryState) -> Int64 {
        json[state.isFinal ? "finals" : "queue"]?[state.rawValue]?.integerValue ?? 0
    }

    private func definitions(_ member: String, count: String) -> Definitions {
        let errors = (json[member]?["errors"]?.arrayValue ?? []).map { error in
            "\(error["location"]?.stringValue ?? ""): \(error["message"]?.stringValue ?? "")"
        }
        return Definitions(count: json[member]?[count]?.integerValue ?? 0, errors: errors)
    }
}
