/// Why a rule is not about a request.
package enum PolicyMismatch: Sendable, Hashable, CustomStringConvertible {
    case type(wanted: [NamePattern])
    case client(wanted: [NamePattern])
    case origin(wanted: [AllowedOrigin])
    case time(wanted: TimeCondition, now: LocalMoment)
    case payload(PayloadMismatch)

    package var description: String {
        switch self {
        case .type(let wanted): "it is for events of type \(Self.list(wanted))"
        case .client(let wanted): "it is for clients \(Self.list(wanted))"
        case .origin(let wanted): "it is for origins \(Self.list(wanted))"
        case .time(let wanted, let now): "it is for the time \(wanted), and it is \(now)"
        case .payload(let mismatch): mismatch.description
        }
    }

    private static func list(_ wanted: [some CustomStringConvertible]) -> String { wanted.map(\.description).joined(separator: ", ") }
}
