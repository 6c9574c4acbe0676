import DBus
import DeskbridgeCore
import DeskbridgeStore

/// The argument of `ListQueue`: `state` (s or as), `type`, `client`, `after` (s) and `limit` (any integer), each of which may be left out.
struct BusQueueFilter {
    private static let keys = ["state", "type", "client", "after", "limit"]

    private(set) var filter = EventFilter(states: Set(DeliveryState.allCases.filter { !$0.isFinal }))
    private(set) var before: Int64?
    private(set) var limit = 50

    /// - Throws: ``Problem`` of code `malformed_request`.
    init(_ argument: BusValue) throws(Problem) {
        guard case .array(_, let entries) = argument else { return }
        for case .entry(.string(let key), .variant(let value)) in entries { try read(key, value) }
    }

    private mutating func read(_ key: String, _ value: BusValue) throws(Problem) {
        switch key {
        case "state": filter.states = try Self.states(value)
        case "type": filter.type = try Self.text(key, value, EventType.init)
        case "client": filter.client = try Self.text(key, value) { ClientName($0) }
        case "after": before = try Self.text(key, value, EventQuery.cursor)
        case "limit":
            guard let number = value.integer, number > 0 else { throw Self.wrong(key, "must be an integer above 0") }
            limit = Int(clamping: min(number, Int64(EventQuery.largestPage)))
        default:
            let nearest = NearestName.of(key, in: Self.keys).map { " Did you mean \"\($0)\"?" } ?? ""
            throw Problem(
                .malformedRequest,
                "The filter has no key \"\(key.prefix(40))\".\(nearest) Its keys are \(Self.keys.joined(separator: ", ")).")
        }
    }

    private static func states(_ value: BusValue) throws(Problem) -> Set<DeliveryState> {
        let names: [BusValue]
        if case .array(of: .string, let elements) = value { names = elements } else { names = [value] }
        var states: Set<DeliveryState> = []
        for name in names {
            guard case .string(let text) = name, let state = DeliveryState(rawValue: text) else {
                throw wrong("state", "must be one or more of " + DeliveryState.allCases.map(\.rawValue).joined(separator: ", "))
            }
            states.insert(state)
        }
        return states
    }

    private static func text<Value>(_ key: String, _ value: BusValue, _ read: (String) -> Value?) throws(Problem) -> Value {
        guard case .string(let text) = value, let value = read(text) else { throw wrong(key, "is no value that can be looked for") }
        return value
    }

    private static func wrong(_ key: String, _ what: String) -> Problem { Problem(.malformedRequest, "In the filter, \(key) \(what).") }
}

extension BusValue {
    /// An integer of any type that fits.
    fileprivate var integer: Int64? {
        switch self {
        case .byte(let number): Int64(number)
        case .int16(let number): Int64(number)
        case .uint16(let number): Int64(number)
        case .int32(let number): Int64(number)
        case .uint32(let number): Int64(number)
        case .int64(let number): number
        case .uint64(let number): Int64(exactly: number)
        default: nil
        }
    }
}
