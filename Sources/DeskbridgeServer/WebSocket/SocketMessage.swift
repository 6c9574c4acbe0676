import DeskbridgeCore
import DeskbridgeEngine

/// A message of a client that has signed in. Upper-case types are events, lower-case ones control the connection.
enum SocketMessage {
    case event(EventDraft)
    case subscribe([Channels.Name], since: Int64?)
    case unsubscribe([Channels.Name])
    case acknowledge(Int64)
    case ping
    case auth
    case request(SocketRequest)

    /// What the gate has to be asked before the message does anything; nil if it tells nobody anything and changes nothing but the
    /// connection it came on.
    var kind: Gate.Kind? {
        switch self {
        case .event: .submit
        case .subscribe: .watch
        case .acknowledge: .acknowledge
        // Asked for in ``SocketRequests``, by what is requested.
        case .request(let request): SocketRequests.Action(rawValue: request.action)?.kind
        case .unsubscribe, .ping, .auth: nil
        }
    }

    static let controls = ["subscribe", "unsubscribe", "ack", "ping", "request", "auth"]

    /// - Parameter asCloudEvents: whether events come as CloudEvents, as the subprotocol `cloudevents.json` says.
    init(_ message: JSONValue, asCloudEvents: Bool) throws(Problem) {
        guard case .object(let members) = message else {
            throw Problem(
                .invalidEvent, "A message is a JSON object, not \(message.typeName).",
                errors: [.init(pointer: "", message: "must be an object")])
        }
        if asCloudEvents, members["specversion"] != nil {
            self = .event(try EventDraft(cloudEvent: message))
            return
        }
        guard let type = members["type"]?.stringValue, let first = type.utf8.first else {
            throw Self.invalid(
                "/type", "must be a string: an event type such as CREATE_RESOURCE, or one of \(Self.controls.joined(separator: ", "))")
        }
        guard !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
            self = try Self.control(type, members)
            return
        }
        self = .event(try EventDraft(message: message))
    }

    private static func control(_ type: String, _ members: JSONObject) throws(Problem) -> SocketMessage {
        switch type {
        case "ping": return .ping
        case "auth": return .auth
        case "ack":
            guard let seq = members["seq"]?.integerValue, seq >= 0 else { throw invalid("/seq", "must be the seq of a confirmation") }
            return .acknowledge(seq)
        case "subscribe":
            var since: Int64?
            if let value = members["since"] {
                guard let seq = value.integerValue, seq >= 0 else { throw invalid("/since", "must be the seq of a confirmation") }
                since = seq
            }
            return .subscribe(try channels(members, isRequired: since == nil), since: since)
        case "unsubscribe": return .unsubscribe(try channels(members, isRequired: true))
        case "request": return .request(try SocketRequest(members))
        default:
            let nearest = NearestName.of(type, in: controls).map { " Did you mean \"\($0)\"?" } ?? ""
            throw Problem(
                .unknownMessage, "There is no message \"\(type.prefix(40))\".\(nearest) There are \(controls.joined(separator: ", ")).")
        }
    }

    private static func channels(_ members: JSONObject, isRequired: Bool) throws(Problem) -> [Channels.Name] {
        guard let value = members["channels"] else {
            if isRequired { throw invalid("/channels", "is missing") }
            return []
        }
        let texts = value.arrayValue?.compactMap(\.stringValue) ?? []
        guard let count = value.arrayValue?.count, count == texts.count, count <= 100 else {
            throw invalid("/channels", "must be a list of at most 100 strings")
        }
        return try Channels.names(texts, pointer: "/channels")
    }

    static func invalid(_ pointer: String, _ message: String) -> Problem {
        Problem(.invalidEvent, "\(pointer) \(message).", errors: [.init(pointer: pointer, message: message)])
    }
}

/// A question that wants one answer: `{"type":"request","id":"r1","action":"get_event","payload":{…}}`.
struct SocketRequest {
    let id: String
    let action: String
    let payload: JSONValue

    init(_ members: JSONObject) throws(Problem) {
        guard let id = members["id"]?.stringValue, (1...255).contains(id.utf8.count) else {
            throw SocketMessage.invalid("/id", "must be a string of 1 to 255 bytes; the response carries it as requestId")
        }
        guard let action = members["action"]?.stringValue else { throw SocketMessage.invalid("/action", "must be a string") }
        self.id = id
        self.action = action
        payload = members["payload"] ?? [:]
    }
}
