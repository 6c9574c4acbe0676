/// Who wants which signals. For one thread.
///
/// libdbus hands over each signal that any rule of the connection lets in; here it goes to those it was meant for.
final class Subscriptions {
    private struct Entry {
        let subscriber: Subscriber
        var rule: MatchRules.Rule?
    }

    private let rules = MatchRules()
    let owners: NameOwners
    private var entries: [ObjectIdentifier: Entry] = [:]
    /// Those that came while there was no connection.
    private var unsent: [(subscriber: Subscriber, confirmation: PendingCall)] = []
    private var requests: BusRequests?

    init() { owners = NameOwners(rules: rules) }

    /// Whether somebody waits for the connection.
    var needConnection: Bool {
        unsent.removeAll { $0.confirmation.isAnswered }
        return !unsent.isEmpty
    }

    // MARK: Subscribers

    /// - Parameter confirmation: answered once the bus applies the match.
    func add(_ subscriber: Subscriber, _ confirmation: PendingCall) {
        guard let requests else { return unsent.append((subscriber, confirmation)) }
        let sender = subscriber.match.trackedSender
        if let sender { owners.follow(sender) }
        let id = ObjectIdentifier(subscriber)
        entries[id] = Entry(subscriber: subscriber)
        let rule = rules.retain(subscriber.match.rule, on: requests) { [unowned self] refusal in
            // The bus answers in order, so by now it has said who owns the sender's name.
            if let error = refusal ?? sender.flatMap(owners.refusal(for:)) {
                confirmation.fail(error.kind == .disconnected ? .lostBeforeMatch : error)
            } else {
                confirmation.answer(.success([]))
            }
        }
        entries[id]?.rule = rule
    }

    func remove(_ subscriber: Subscriber) {
        unsent.removeAll { $0.subscriber === subscriber }
        guard let entry = entries.removeValue(forKey: ObjectIdentifier(subscriber)), let requests else { return }
        if let rule = entry.rule { rules.release(rule, on: requests) }
        if let sender = subscriber.match.trackedSender { owners.unfollow(sender) }
    }

    // MARK: The bus

    func connected(_ requests: BusRequests) {
        self.requests = requests
        owners.connected(requests)
        let waiting = unsent
        unsent = []
        for (subscriber, confirmation) in waiting where !confirmation.isAnswered { add(subscriber, confirmation) }
    }

    func lost(_ error: BusError) {
        requests?.fail(error)
        requests = nil
        rules.forgetAll()
        let ended = entries.values
        entries = [:]
        for entry in ended { entry.subscriber.inbox.finish(error) }
        owners.away()
    }

    /// An attempt to connect failed.
    func notReached(_ error: BusError) {
        for (_, confirmation) in unsent { confirmation.fail(error) }
        unsent = []
        owners.away()
    }

    /// The connection ends for good.
    func end(_ error: BusError) {
        // First, so that watchers hear of the end and not that the bus is away.
        owners.end(error)
        lost(error)
        notReached(.shutDown)
    }

    func take(_ message: BusMessage) {
        guard let header = message.signalHeader else { return }
        if header.sender == BusName.bus.text, header.interface == .bus, header.member == .nameOwnerChanged { followOwner(message) }
        let takers = entries.values.filter { entry in
            entry.subscriber.match.matchesHeader(header, ownerOfSender: entry.subscriber.match.trackedSender.flatMap(owners.owner(of:)))
        }
        guard !takers.isEmpty else { return }
        guard let (arguments, weight) = message.arguments(upTo: BusSubscription.largestQueue) else {
            // Whether it would have matched is not known, so it must count as lost.
            for taker in takers { taker.subscriber.overrun("a signal came that is larger than \(BusSubscription.largestQueue) bytes") }
            return
        }
        let signal = BusSignal(
            sender: header.sender, path: header.path, interface: header.interface, member: header.member, arguments: arguments)
        for taker in takers where taker.subscriber.match.arg0 == nil || arguments.first == taker.subscriber.match.arg0.map(BusValue.string)
        {
            taker.subscriber.take(signal, weight: weight)
        }
    }

    private func followOwner(_ message: BusMessage) {
        guard let (arguments, _) = message.arguments(upTo: 4096), arguments.count == 3, case .string(let name) = arguments[0],
            case .string(let owner) = arguments[2], let name = try? BusName(name)
        else { return }
        owners.changed(name, to: owner)
    }
}

extension BusError {
    fileprivate static let lostBeforeMatch = notSent(
        name: Name.disconnected, "the connection to the bus ended before the bus confirmed the match")
}
