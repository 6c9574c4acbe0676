internal import CDBus
internal import Glibc

/// What the thread of a connection does: connect when somebody needs it, send, hand out what comes, and sleep in poll(2) otherwise.
///
/// With nothing to do it sleeps without a time limit. Timeouts are kept here and not by libdbus, which knows none for messages that are
/// sent without its pending calls. Only `mailbox` and `wakeUp` are shared with other threads.
final class BusLoop {
    private typealias Instant = SuspendingClock.Instant

    private enum Stage {
        /// There is no connection, and before those times none is tried for callers and for watchers.
        case apart(callers: Instant, watchers: Instant)
        /// The bus has to answer our greeting before it accepts anything else.
        case greeting(BusLink, serial: UInt32, until: Instant)
        case connected(BusLink, BusRequests)
    }

    /// A bus that takes longer than this to greet us is taken for dead.
    private static let longestGreeting = Duration.seconds(10)
    /// Signals are dropped while more bytes than this wait for the bus to take them.
    private static let mostUnsent = 8 << 20

    private let address: BusAddress
    private let mailbox: Mailbox
    private let wakeUp: WakeUp
    private let clock = SuspendingClock()

    private var stage: Stage
    private var backoff = Backoff()
    private var unsent: [PendingCall] = []
    private var sent: [UInt32: PendingCall] = [:]
    private var serials: [ObjectIdentifier: UInt32] = [:]
    private var deadlines = Deadlines()
    private let subscriptions = Subscriptions()
    private let objects: ServedObjects

    init(address: BusAddress, mailbox: Mailbox, wakeUp: WakeUp) {
        self.address = address
        self.mailbox = mailbox
        self.wakeUp = wakeUp
        objects = ServedObjects(mailbox: mailbox)
        let now = SuspendingClock().now
        stage = .apart(callers: now, watchers: now)
    }

    /// Runs until the mailbox is closed. Whoever still waits then gets an error.
    func run() {
        while let letters = mailbox.collect() {
            for letter in letters { accept(letter) }
            expire()
            advance()
            receive()
            if link?.needsDispatch != true { sleep() }
        }
        link?.close()
        failSent("the connection was shut down before the reply came")
        failUnsent(.shutDown)
        subscriptions.end(.endedByShutdown)
        objects.end(.endedByShutdown)
        mailbox.end()
    }

    private var link: BusLink? {
        switch stage {
        case .apart: nil
        case .greeting(let link, _, _), .connected(let link, _): link
        }
    }

    /// The link, if the bus has greeted us.
    private var readyLink: BusLink? { if case .connected(let link, _) = stage { link } else { nil } }

    // MARK: Calls

    private func accept(_ letter: Mailbox.Letter) {
        switch letter {
        case .call(let call) where !call.isAnswered:
            unsent.append(call)
            deadlines.add(call)
        case .call: break
        case .abandoned(let call):
            if let serial = serials.removeValue(forKey: ObjectIdentifier(call)) { sent[serial] = nil }
        case .subscribe(let subscriber, let confirmation):
            subscriptions.add(subscriber, confirmation)
            deadlines.add(confirmation)
        case .unsubscribe(let subscriber): subscriptions.remove(subscriber)
        case .watch(let watcher): subscriptions.owners.watch(watcher)
        case .unwatch(let watcher): subscriptions.owners.unwatch(watcher)
        case .serve(let object): objects.add(object)
        case .unserve(let object): objects.remove(object)
        case .reply(let ticket, let reply): if objects.settle(ticket) { send(reply) }
        case .emit(let signal):
            guard let link = readyLink, link.unsentBytes <= Self.mostUnsent, let message = try? BusMessage(signal) else { return }
            _ = link.send(message)
        case .release(let name): if case .connected(_, let requests) = stage { requests.tell("ReleaseName", name.text) }
        }
    }

    /// Without memory for it, or with the connection gone, the caller gets no answer, as D-Bus permits.
    private func send(_ reply: CallReply) {
        guard let link = readyLink, let message = try? BusMessage(reply) else { return }
        _ = link.send(message)
    }

    private func expire() {
        let now = clock.now
        while let call = deadlines.removeExpired(at: now) {
            if let serial = serials.removeValue(forKey: ObjectIdentifier(call)) {
                sent[serial] = nil
                call.fail(BusError(.noReply, name: BusError.Name.noReply, "no reply came within \(call.call.timeout)"))
            } else {
                call.fail(.notSent("the bus \(address) could not be reached within \(call.call.timeout)"))
            }
        }
    }

    private func send(_ call: PendingCall, on link: BusLink) {
        do throws(BusError) {
            let message = try BusMessage(call.call)
            guard let serial = link.send(message) else { throw .noMemory }
            // libdbus writes at once if it can. If that found the socket broken, the message did not leave whole.
            guard link.isConnected else { throw .notSent(name: BusError.Name.disconnected, "the bus went away before the call was sent") }
            sent[serial] = call
            serials[ObjectIdentifier(call)] = serial
        } catch {
            call.fail(error)
        }
    }

    private func failSent(_ message: String) {
        for call in sent.values { call.fail(BusError(.disconnected, name: BusError.Name.disconnected, message)) }
        sent.removeAll()
        serials.removeAll()
    }

    private func failUnsent(_ error: BusError) {
        for call in unsent { call.fail(error) }
        unsent.removeAll()
    }

    // MARK: Connection

    /// Takes the next step that time and calls allow.
    private func advance() {
        switch stage {
        case .apart:
            unsent.removeAll(where: \.isAnswered)
            if let due = nextAttempt, due <= clock.now { connect() }
        case .greeting(let link, _, let until):
            if until <= clock.now { lose(link, .notSent("the bus \(address) does not answer")) }
        case .connected(let link, _):
            let calls = unsent
            unsent.removeAll(keepingCapacity: true)
            for call in calls where !call.isAnswered { send(call, on: link) }
        }
    }

    /// When to connect, if anybody wants it.
    private var nextAttempt: Instant? {
        guard case .apart(let callers, let watchers) = stage else { return nil }
        if !unsent.isEmpty || subscriptions.needConnection { return callers }
        return subscriptions.owners.areWatched ? watchers : nil
    }

    private func connect() {
        do throws(BusError) {
            let link = try BusLink(to: address)
            guard let serial = link.sendHello() else {
                link.close()
                throw .noMemory
            }
            stage = .greeting(link, serial: serial, until: clock.now + Self.longestGreeting)
        } catch {
            retreat(error)
        }
    }

    private func receive() {
        guard let link else { return }
        for message in link.dispatch() where self.link === link {
            switch message.kind {
            case .reply: takeReply(message)
            case .signal: subscriptions.take(message)
            case .call: if let reply = objects.take(message) { send(reply) }
            }
        }
        if link.isLost, self.link === link { lose(link, .notSent("the bus \(address) closed the connection before it greeted us")) }
    }

    private func takeReply(_ message: BusMessage) {
        let serial = message.replySerial
        switch stage {
        case .greeting(let link, serial, _): finishGreeting(link, message.outcome)
        case .connected(_, let requests) where requests.take(message): break
        case .connected, .greeting, .apart:
            guard let call = sent.removeValue(forKey: serial) else { return }
            serials[ObjectIdentifier(call)] = nil
            if !call.isAnswered { call.answer(message.outcome) }
        }
    }

    private func finishGreeting(_ link: BusLink, _ outcome: Result<[BusValue], BusError>) {
        switch outcome {
        case .success:
            backoff.reset()
            let requests = BusRequests(over: link)
            stage = .connected(link, requests)
            subscriptions.connected(requests)
            advance()
        case .failure(let error): lose(link, .notSent(name: error.name, "the bus \(address) refused us: \(error.message)"))
        }
    }

    /// Lets go of a connection.
    /// - Parameter refusal: what the unsent calls are told if the bus had not greeted us yet.
    private func lose(_ link: BusLink, _ refusal: BusError) {
        link.close()
        if case .greeting = stage {
            retreat(refusal)
        } else {
            let now = clock.now
            stage = .apart(callers: now, watchers: now)
            failSent("the connection to the bus \(address) ended before the reply came")
            subscriptions.lost(
                BusError(.disconnected, name: BusError.Name.disconnected, "the connection to the bus \(address) ended"))
            objects.lost()
        }
    }

    /// All waiting calls have seen one attempt since they were made; those to come wait for the next.
    private func retreat(_ error: BusError) {
        let now = clock.now
        let delay = backoff.next()
        stage = .apart(callers: now + delay.callers, watchers: now + delay.watchers)
        failUnsent(error)
        subscriptions.notReached(error)
    }

    // MARK: Sleep

    private func sleep() {
        let interests = link?.interests ?? []
        var entries = [pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)] + interests.map(\.entry)
        // EINTR and ENOMEM leave revents empty; the next turn polls again.
        guard poll(&entries, nfds_t(entries.count), millisecondsToSleep()) > 0 else { return }
        if entries[0].revents != 0 { wakeUp.clear() }
        guard let link else { return }
        for (interest, entry) in zip(interests, entries.dropFirst()) where entry.revents != 0 {
            link.handle(interest.watch, entry.revents)
        }
        // At once, so that a bus found gone is not given the calls that wait in the mailbox.
        receive()
    }

    /// -1 if only a letter or the bus can bring work.
    private func millisecondsToSleep() -> Int32 {
        var next = deadlines.next()
        switch stage {
        case .apart: if let due = nextAttempt { next = min(next ?? due, due) }
        case .greeting(_, _, let until): next = min(next ?? until, until)
        case .connected: break
        }
        guard let next else { return -1 }
        let (seconds, attoseconds) = (next - clock.now).components
        if seconds < 0 || attoseconds < 0 { return 0 }
        // Rounded up: to wake early would mean to wake twice.
        return Int32(clamping: min(seconds, 1 << 21) * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
