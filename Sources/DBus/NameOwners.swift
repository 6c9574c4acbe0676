/// Who owns the names that somebody is interested in, followed through `NameOwnerChanged`. For one thread.
///
/// The match is installed before the owner is asked for, and the bus sends all that concerns us in one order, so the owner known here is
/// the right one for each signal as it comes.
final class NameOwners {
    private enum Knowledge {
        case nothing
        case state(NameOwner)
        case refused(BusError)
    }

    private struct Track {
        var knowledge = Knowledge.nothing
        var rule: MatchRules.Rule?
        /// How many subscriptions need the owner.
        var followers = 0
        var watchers: [ObjectIdentifier: NameWatcher] = [:]

        var isUnused: Bool { followers == 0 && watchers.isEmpty }
    }

    private let rules: MatchRules
    private var tracks: [BusName: Track] = [:]
    private var requests: BusRequests?

    init(rules: MatchRules) { self.rules = rules }

    var areWatched: Bool { tracks.values.contains { !$0.watchers.isEmpty } }

    /// The unique name, if there is one and it is known.
    func owner(of name: BusName) -> String? {
        if case .state(.owned(let owner))? = tracks[name]?.knowledge { owner } else { nil }
    }

    /// Why the owner cannot be known.
    func refusal(for name: BusName) -> BusError? {
        if case .refused(let error)? = tracks[name]?.knowledge { error } else { nil }
    }

    // MARK: Who is interested

    func follow(_ name: BusName) {
        begin(name)
        tracks[name]?.followers += 1
    }

    func unfollow(_ name: BusName) {
        tracks[name]?.followers -= 1
        endIfUnused(name)
    }

    func watch(_ watcher: NameWatcher) {
        begin(watcher.name)
        switch tracks[watcher.name]?.knowledge {
        case .refused(let error)?:
            watcher.inbox.finish(error)
            endIfUnused(watcher.name)
            return
        case .state(let state)?: watcher.tell(state)
        case .nothing?, nil: break
        }
        tracks[watcher.name]?.watchers[ObjectIdentifier(watcher)] = watcher
    }

    func unwatch(_ watcher: NameWatcher) {
        tracks[watcher.name]?.watchers[ObjectIdentifier(watcher)] = nil
        endIfUnused(watcher.name)
    }

    func end(_ error: BusError) {
        for track in tracks.values { for watcher in track.watchers.values { watcher.inbox.finish(error) } }
        tracks = [:]
    }

    // MARK: The bus

    func connected(_ requests: BusRequests) {
        self.requests = requests
        for name in tracks.keys { ask(name) }
    }

    /// The bus went away, or could not be reached again.
    func away() {
        requests = nil
        for name in tracks.keys {
            tracks[name]?.rule = nil
            // Subscriptions end with their connection.
            tracks[name]?.followers = 0
            if tracks[name]?.isUnused == true { tracks[name] = nil } else { learn(name, .busAway) }
        }
    }

    func changed(_ name: BusName, to owner: String) { learn(name, owner.isEmpty ? .unowned : .owned(by: owner)) }

    private func begin(_ name: BusName) {
        guard tracks[name] == nil else { return }
        tracks[name] = Track()
        if requests != nil { ask(name) }
    }

    private func endIfUnused(_ name: BusName) {
        guard let track = tracks[name], track.isUnused else { return }
        tracks[name] = nil
        if let rule = track.rule, let requests { rules.release(rule, on: requests) }
    }

    private func ask(_ name: BusName) {
        guard let requests else { return }
        let rule = rules.retain(SignalMatch.ownerChanges(of: name).rule, on: requests) { [unowned self] refusal in
            if let refusal { refuse(name, refusal) }
        }
        tracks[name]?.rule = rule
        requests.ask("GetNameOwner", name.text) { [unowned self] outcome in
            switch outcome {
            case .success(let values):
                if case .string(let owner)? = values.first { learn(name, .owned(by: owner)) }
            case .failure(let error) where error.name == BusError.Name.nameHasNoOwner: learn(name, .unowned)
            case .failure(let error): refuse(name, error)
            }
        }
    }

    private func learn(_ name: BusName, _ owner: NameOwner) {
        guard let track = tracks[name] else { return }
        switch track.knowledge {
        case .state(owner), .refused: return
        case .state, .nothing: break
        }
        tracks[name]?.knowledge = .state(owner)
        for watcher in track.watchers.values { watcher.tell(owner) }
    }

    /// The loss of the connection, which ``away()`` tells, is no refusal.
    private func refuse(_ name: BusName, _ error: BusError) {
        guard error.kind == .errorReply, let track = tracks[name] else { return }
        tracks[name]?.knowledge = .refused(error)
        tracks[name]?.watchers = [:]
        for watcher in track.watchers.values { watcher.inbox.finish(error) }
        endIfUnused(name)
    }
}

extension SignalMatch {
    /// D-Bus Specification, "org.freedesktop.DBus.NameOwnerChanged".
    static func ownerChanges(of name: BusName) -> SignalMatch {
        SignalMatch(sender: .bus, path: .bus, interface: .bus, member: .nameOwnerChanged, arg0: name.text)
    }
}
