import DeskbridgeCore

/// What a live connection wants to hear besides the confirmations of its client's own events.
struct Channels: Sendable {
    /// States and confirmations of all events that the client may see.
    private(set) var events = false
    private(set) var status = false
    private var allOutput = false
    private var outputOf: Set<EventID> = []

    private static let mostOutputs = 1000

    /// The words of a `subscribe` message: `events`, `status`, `output:*`, `output:ID`.
    enum Name: Hashable {
        case events, status, allOutput
        case output(EventID)

        init?(_ text: String) {
            switch text {
            case "events": self = .events
            case "status": self = .status
            case "output:*": self = .allOutput
            default:
                guard text.hasPrefix("output:"), let id = EventID(text.dropFirst("output:".count)) else { return nil }
                self = .output(id)
            }
        }
    }

    static func names(_ texts: [String], pointer: String) throws(Problem) -> [Name] {
        var names: [Name] = []
        for (index, text) in texts.enumerated() {
            guard let name = Name(text) else {
                throw Problem(
                    .invalidEvent, "There is no channel \"\(text.prefix(80))\". Channels are events, status, output:* and output:ID.",
                    errors: [.init(pointer: "\(pointer)/\(index)", message: "is no channel")])
            }
            names.append(name)
        }
        return names
    }

    mutating func set(_ name: Name, _ isOn: Bool) {
        switch name {
        case .events: events = isOn
        case .status: status = isOn
        case .allOutput: allOutput = isOn
        case .output(let id):
            if !isOn { outputOf.remove(id) } else if outputOf.count < Self.mostOutputs { outputOf.insert(id) }
        }
    }

    func wantsOutput(of event: EventID) -> Bool { allOutput || outputOf.contains(event) }
}
