internal import ArgumentParser
internal import DeskbridgeCore
internal import Synchronization

/// Sends an event and stays with it: shows its output, and its end.
struct EventFollower: Sendable {
    let client: ControlClient
    let terminal: Terminal
    let format: OutputFormat
    let home: HomeOptions

    /// - Parameters:
    ///   - wait: how long to stay; nil returns once the event is accepted.
    ///   - send: what sends the event. The stream is in force before it is called, so that nothing is missed.
    /// - Throws: `ExitCode` if the event did not succeed in time.
    func follow(for wait: Duration?, _ send: @escaping @Sendable () async throws -> RemoteEvent) async throws {
        guard let wait else {
            let accepted = try await send()
            try announce(accepted)
            try terminal.write(accepted, as: format) { "\($0.id)\n" }
            return
        }
        let event = try await wait == .zero ? glance(send) : end(within: wait, send)
        try terminal.write(event, as: format) { EventOutcome.text($0, on: terminal) }
        let status = ExitStatus(event.state)
        guard status != .done else { return }
        let state = event.state.rawValue
        let story =
            status == .temporaryFailure ? "Still \(state) after \(wait.components.seconds)s: it goes on by itself." : "It is \(state)."
        try terminal.error.line("\(story) Look at it with: \(home.command("queue show \(event.id)"))")
        throw status.exitCode
    }

    /// The event as it stands once it is accepted.
    private func glance(_ send: () async throws -> RemoteEvent) async throws -> RemoteEvent {
        let accepted = try await send()
        try announce(accepted)
        return try await client.event(accepted.id)
    }

    private func announce(_ accepted: RemoteEvent) throws {
        let how = accepted.isReplayed ? "was accepted before under this key, and is" : "is"
        try terminal.error.line("Event \(accepted.id) \(how) \(accepted.state.rawValue).")
        if accepted.waitsFor == .approval {
            try terminal.error.line("It waits for an answer: \(home.command("queue approve \(accepted.id)"))")
        }
    }

    /// The event as it stands when it ended, or when the time is up.
    private func end(within wait: Duration, _ send: @escaping @Sendable () async throws -> RemoteEvent) async throws -> RemoteEvent {
        let sent = Mutex<String?>(nil)
        do {
            _ = try await withTimeLimit(wait) {
                try await watch {
                    let accepted = try await send()
                    sent.withLock { $0 = accepted.id }
                    try announce(accepted)
                    return accepted
                }
            }
            guard let id = sent.withLock({ $0 }) else { throw ControlError.timedOut }
            return try await client.event(id)
        } catch let error as ControlError where error.saysThatTheDaemonIsGone {
            guard let id = sent.withLock({ $0 }) else { throw error }
            throw CommandFailure(
                """
                The daemon went away before the event had ended. The event is stored, and goes on when the daemon runs again.
                Look at it then with: \(home.command("queue show \(id)"))
                """, .unavailable)
        }
    }

    /// Sends once the stream is in force, and returns when the event has ended. A daemon that restarts in between is waited for.
    private func watch(_ send: () async throws -> RemoteEvent) async throws {
        var id: String?
        var stream = try await open()
        while true {
            for try await message in stream {
                if message.kind == .authenticated {
                    // What ended before the stream was in force is not announced on it: ask.
                    guard let id else {
                        let accepted = try await send()
                        id = accepted.id
                        if accepted.isReplayed, try await hasEnded(accepted.id) { return }
                        continue
                    }
                    if try await hasEnded(id) { return }
                } else if message.eventID == id, try show(message) {
                    return
                }
            }
            guard id != nil else { throw ControlError.connectionLost(reason: "the event stream ended") }
            try terminal.error.line("The daemon closed the stream; waiting for it to come back.")
            stream = try await reopened()
        }
    }

    private func open() async throws -> ControlStream { try await client.stream(channels: ["events", "output:*"]) }

    private func reopened() async throws -> ControlStream {
        while true {
            do { return try await open() } catch let error as ControlError where error.saysThatTheDaemonIsGone {
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    private func hasEnded(_ id: String) async throws -> Bool { try await client.event(id).state.isFinal }

    /// - Returns: whether the message says that the event has ended.
    private func show(_ message: StreamMessage) throws(ReaderIsGone) -> Bool {
        switch message.kind {
        case .confirmation: return true
        case .output:
            for line in StreamLines.output(message) { try terminal.error.line(line) }
        case .state:
            guard let after = message.json["after"]?.stringValue, message.json["before"]?.stringValue != nil else { return false }
            guard DeliveryState(rawValue: after)?.isFinal != true else { return true }
            try terminal.error.line(terminal.error.painted("\(after.printable())…", .dim))
        case .authenticated, .status, .other: break
        }
        return false
    }
}

extension ControlError {
    /// Whether it may be there again in a moment.
    fileprivate var saysThatTheDaemonIsGone: Bool {
        switch self {
        case .notRunning, .connectionLost: true
        case .problem(let problem): problem.status == .unavailable
        case .forbidden, .pathTooLong, .timedOut, .unexpectedAnswer: false
        }
    }
}

/// Runs `work` for at most this long. Nil if the time was up first; the work is cancelled then.
func withTimeLimit<Answer: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async throws -> Answer
) async throws -> Answer? {
    try await withThrowingTaskGroup(of: Answer?.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        return try await group.next() ?? nil
    }
}
