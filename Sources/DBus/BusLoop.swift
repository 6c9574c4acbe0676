internal import CDBus
internal import Glibc

/// What the thread of a connection does: connect when somebody calls, send, match replies to calls, and sleep in poll(2) otherwise.
///
/// With nothing to do it sleeps without a time limit. Timeouts are kept here and not by libdbus, which knows none for messages that are
/// sent without its pending calls. Only `mailbox` and `wakeUp` are shared with other threads.
final class BusLoop {
    private typealias Instant = SuspendingClock.Instant

    private enum Stage {
        /// There is no connection, and before that time none is tried.
        case apart(notBefore: Instant)
        /// The bus has to answer our greeting before it accepts anything else.
        case greeting(BusLink, serial: UInt32, until: Instant)
        case connected(BusLink)
    }

    /// A bus that takes longer than this to greet us is taken for dead.
    private static let longestGreeting = Duration.seconds(10)

    private let address: BusAddress
    private let mailbox: Mailbox
    private let wakeUp: WakeUp
    private let clock = SuspendingClock()

    private var stage = Stage.apart(notBefore: SuspendingClock().now)
    private var backoff = Backoff()
    private var unsent: [PendingCall] = []
    private var sent: [UInt32: PendingCall] = [:]
    private var serials: [ObjectIdentifier: UInt32] = [:]
    private var deadlines = Deadlines()

    init(address: BusAddress, mailbox: Mailbox, wakeUp: WakeUp) {
        self.address = address
        self.mailbox = mailbox
        self.wakeUp = wakeUp
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
        mailbox.end()
    }

    private var link: BusLink? {
        switch stage {
        case .apart: nil
        case .greeting(let link, _, _), .connected(let link): link
        }
    }

    // MARK: Calls

    private func accept(_ letter: Mailbox.Letter) {
        switch letter {
        case .call(let call) where !call.isAnswered:
            unsent.append(call)
            deadlines.add(call)
        case .call: break
        case .abandoned(let call):
            if let serial = serials.removeValue(forKey: ObjectIdentifier(call)) { sent[serial] = nil }
        }
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
        case .apart(let notBefore):
            unsent.removeAll(where: \.isAnswered)
            if !unsent.isEmpty, notBefore <= clock.now { connect() }
        case .greeting(let link, _, let until):
            if until <= clock.now { lose(link, .notSent("the bus \(address) does not answer")) }
        case .connected(let link):
            let calls = unsent
            unsent.removeAll(keepingCapacity: true)
            for call in calls where !call.isAnswered { send(call, on: link) }
        }
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
        for message in link.dispatch() {
            let serial = message.replySerial
            if case .greeting(let link, serial, _) = stage {
                finishGreeting(link, message.outcome)
            } else if let call = sent.removeValue(forKey: serial) {
                serials[ObjectIdentifier(call)] = nil
                if !call.isAnswered { call.answer(message.outcome) }
            }
        }
        if link.isLost, self.link === link { lose(link, .notSent("the bus \(address) closed the connection before it greeted us")) }
    }

    private func finishGreeting(_ link: BusLink, _ outcome: Result<[BusValue], BusError>) {
        switch outcome {
        case .success:
            backoff.reset()
            stage = .connected(link)
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
            stage = .apart(notBefore: clock.now)
            failSent("the connection to the bus \(address) ended before the reply came")
        }
    }

    /// All waiting calls have seen one attempt since they were made; those to come wait for the next.
    private func retreat(_ error: BusError) {
        stage = .apart(notBefore: clock.now + backoff.next())
        failUnsent(error)
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
        case .apart(let notBefore) where !unsent.isEmpty: next = min(next ?? notBefore, notBefore)
        case .greeting(_, _, let until): next = min(next ?? until, until)
        case .apart, .connected: break
        }
        guard let next else { return -1 }
        let (seconds, attoseconds) = (next - clock.now).components
        if seconds < 0 || attoseconds < 0 { return 0 }
        // Rounded up: to wake early would mean to wake twice.
        return Int32(clamping: min(seconds, 1 << 21) * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
