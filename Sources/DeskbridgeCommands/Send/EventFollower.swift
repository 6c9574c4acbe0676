internal import ArgumentParser
internal import DeskbridgeCore

/// Sends an event and stays with it: shows its output, and its end.
struct EventFollower: Sendable {
    let client: ControlClient
    let terminal: Terminal
    let format: OutputFormat

    /// - Parameters:
    ///   - wait: how long to stay; nil returns once the event is accepted.
    ///   - send: what sends the event. The stream is open before it is called, so that nothing is missed.
    /// - Throws: `ExitCode` if the event did not succeed in time.
    func follow(for wait: Duration?, _ send: () async throws -> RemoteEvent) async throws {
        guard let wait else {
            let accepted = try await send()
            try announce(accepted)
            try terminal.write(accepted, as: format) { "\($0.id)\n" }
            return
        }
        let stream = try await client.stream(channels: ["events", "output:*"])
        let accepted = try await send()
        try announce(accepted)
        let event = try await end(of: accepted, on: stream, within: wait)
        try terminal.write(event, as: format) { EventOutcome.text($0, on: terminal) }
        let status = ExitStatus(event.state)
        guard status != .done else { return }
        try terminal.error.line(
            status == .temporaryFailure
                ? "Still \(event.state.rawValue) after \(wait.components.seconds)s: it goes on by itself. Look at it with: deskbridge queue show \(event.id)"
                : "It is \(event.state.rawValue). Look at it with: deskbridge queue show \(event.id)")
        throw status.exitCode
    }

    private func announce(_ accepted: RemoteEvent) throws {
        let how = accepted.isReplayed ? "was accepted before under this key, and is" : "is"
        try terminal.error.line("Event \(accepted.id) \(how) \(accepted.state.rawValue).")
    }

    /// The event as it stands when it ended, or when the time is up.
    private func end(of accepted: RemoteEvent, on stream: ControlStream, within wait: Duration) async throws -> RemoteEvent {
        let id = accepted.id
        do {
            // What ended before the stream was opened is not announced on it again.
            if accepted.isReplayed, case let event = try await client.event(id), event.state.isFinal { return event }
            _ = try await withTimeLimit(wait) { try await watch(id, on: stream) }
            return try await client.event(id)
        } catch ControlError.notRunning, ControlError.connectionLost {
            throw CommandFailure(
                """
                The daemon went away before the event had ended. The event is stored, and goes on when the daemon runs again.
                Look at it then with: deskbridge queue show \(id)
                """, .unavailable)
        }
    }

    /// Returns when the event has ended. A daemon that restarts in between is waited for.
    private func watch(_ id: String, on first: ControlStream) async throws {
        var stream = first
        while true {
            for try await message in stream where message.eventID == id {
                if try show(message) { return }
            }
            try terminal.error.line("The daemon closed the stream; waiting for it to come back.")
            stream = try await reopened()
            if try await client.event(id).state.isFinal { return }
        }
    }

    private func reopened() async throws -> ControlStream {
        while true {
            do { return try await client.stream(channels: ["events", "output:*"]) } catch ControlError.notRunning,
                ControlError.connectionLost
            {
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    /// - Returns: whether the message says that the event has ended.
    private func show(_ message: StreamMessage) throws(ReaderIsGone) -> Bool {
        switch message.kind {
        case .confirmation: return true
        case .output:
            for line in StreamLines.output(message) { try terminal.error.line(line) }
        case .state:
            guard let after = message.json["after"]?.stringValue else { return false }
            try terminal.error.line(terminal.error.painted("\(after.printable())…", .dim))
            return DeliveryState(rawValue: after)?.isFinal ?? false
        case .accepted, .status, .other: break
        }
        return false
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
