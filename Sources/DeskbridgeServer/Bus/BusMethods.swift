import DBus
import DeskbridgeCore
import DeskbridgeEngine

/// The methods that the bridge has on the bus, by the same means as the HTTP routes.
struct BusMethods: Sendable {
    /// The methods of our interface.
    enum Method: String, CaseIterable {
        case submit = "Submit"
        case getEvent = "GetEvent"
        case listQueue = "ListQueue"
        case acknowledge = "Acknowledge"
        case subscribe = "Subscribe"
        case unsubscribe = "Unsubscribe"
        case getClient = "GetClient"

        /// The signature of its arguments.
        var signature: String {
            switch self {
            case .submit: "sss"
            case .getEvent: "s"
            case .listQueue: "a{sv}"
            case .acknowledge: "t"
            case .subscribe, .unsubscribe, .getClient: ""
            }
        }

        /// What the gate has to be asked; nil if it tells the caller nothing but its own name and changes nothing but what it hears.
        var kind: Gate.Kind? {
            switch self {
            case .submit: .submit
            case .getEvent, .listQueue: .see
            case .acknowledge: .acknowledge
            case .subscribe: .watch
            case .unsubscribe, .getClient: nil
            }
        }
    }

    let bridge: Bridge
    let callers: BusCallers
    let rates: ClientRates
    let audience: BusAudience

    /// Answers the call, sooner or later.
    func answer(_ call: BusIncomingCall) async {
        switch call.interface {
        case .properties?: BusProperties.answer(call)
        case nil, BusInterface.interface:
            guard let method = Method(rawValue: call.member.text) else { return call.fail(.unknownMethod(call)) }
            let expected = method.signature
            let given = call.arguments.map(\.type.code).joined()
            guard given == expected else {
                let shown = { (signature: String) in signature.isEmpty ? "no arguments" : "the arguments \"\(signature)\"" }
                return call.fail(.invalidArguments("\(call.member) takes \(shown(expected)), not \(shown(given))."))
            }
            do throws(Problem) { try await perform(method, call) } catch { call.fail(error.busError) }
        default: call.fail(.unknownMethod(call))
        }
    }

    private func perform(_ method: Method, _ call: BusIncomingCall) async throws(Problem) {
        let identity: Identity
        do throws(Problem) { identity = try await callers.identify(call.sender) } catch {
            bridge.audit.noteRefusal(of: "sign_in", by: .stranger(through: .dbus), code: error.code)
            throw error
        }
        let result: Result<Void, Problem> = await AuditActor.$current.withValue(identity.actor(through: .dbus)) {
            do throws(Problem) {
                if method != .getClient { try rates.take(Authenticated(identity: identity, rate: nil, isSingleSession: false)) }
                return .success(try await perform(method, call, identity))
            } catch { return .failure(error) }
        }
        try result.get()
    }

    private func perform(_ method: Method, _ call: BusIncomingCall, _ identity: Identity) async throws(Problem) {
        switch (method, call.arguments) {
        case (.submit, let arguments): try submit(arguments, call, identity)
        case (.getEvent, let arguments):
            guard case .string(let text)? = arguments.first, let id = EventID(text) else {
                throw Problem(.notFound, "An event's id is a UUID in small letters.")
            }
            guard case .object(let members) = EventJSON.detail(try await bridge.desk.event(id, for: identity)) else { return }
            call.reply([BusEventValue.dictionary(members)])
        case (.listQueue, let arguments):
            let query = try arguments.first.map { argument throws(Problem) in try BusQueueFilter(argument) }
            guard let query else { return }
            let page = try await bridge.desk.events(query.filter, before: query.before, limit: query.limit, for: identity)
            let bounded = BoundedPage(page, unsent: bridge.configuration.limits.unsent)
            call.reply([
                .array(of: BusEventValue.type, bounded.events.map { BusEventValue.dictionary($0) }),
                .string(bounded.next.map { String($0) } ?? ""),
            ])
        case (.acknowledge, let arguments):
            guard case .uint64(let seq)? = arguments.first else { return }
            let acknowledged = try await bridge.desk.acknowledge(upTo: Int64(clamping: seq), by: identity)
            call.reply([.uint64(UInt64(clamping: acknowledged))])
        case (.subscribe, _):
            try bridge.gate.check(identity, .watch, under: bridge.definitions.current.policy.policy)
            try audience.add(call.sender, identity)
            call.reply([])
        case (.unsubscribe, _):
            audience.dismiss(call.sender)
            call.reply([])
        case (.getClient, _): call.reply([.string(identity.client.text)])
        }
    }

    private func submit(_ arguments: [BusValue], _ call: BusIncomingCall, _ identity: Identity) throws(Problem) {
        guard case .string(let type) = arguments[0], case .string(let payload) = arguments[1], case .string(let key) = arguments[2] else {
            return
        }
        let limit = bridge.configuration.limits.body
        guard payload.utf8.count <= limit else {
            throw Problem(.tooLarge, "The payload is larger than \(limit) bytes, the limit in deskbridge.yaml (limits.body).")
        }
        let value: JSONValue
        do { value = try JSONParser.parse(payload) } catch { throw Problem(.malformedJSON, "The payload is not JSON: \(error).") }
        var message: JSONObject = ["type": .string(type), "payload": value]
        if !key.isEmpty { message["idempotencyKey"] = .string(key) }
        let draft = try EventDraft(message: .object(message))
        // Before the event is stored, so that none of its signals is missed. Without a place it is taken all the same.
        try? audience.add(call.sender, identity)
        bridge.intake.submit(draft, from: identity) { result in
            // On the ledger's thread, so the answer comes before any signal about the event.
            switch result {
            case .success(let answer):
                let record = answer.record
                call.reply([.string(record.id.text), .string(record.state.rawValue), .boolean(answer.isReplayed)])
            case .failure(let problem): call.fail(problem.busError)
            }
        }
    }
}
