package import ArgumentParser

/// A command that writes to a terminal it is handed, so that tests can read what it wrote.
package protocol BridgeCommand: AsyncParsableCommand {
    /// Which home it is about, for commands that messages tell people to type.
    var home: HomeOptions { get }
    /// The type of the event that it sends; nil if it sends none, or one of which only the daemon knows more.
    var eventType: String? { get }

    /// - Throws: ``CommandFailure`` or ``ControlError`` for what the user is to be told, `ExitCode` to end without a word.
    func run(on terminal: Terminal) async throws
}

extension BridgeCommand {
    /// That of a command that is about no home in particular.
    package var home: HomeOptions { (try? HomeOptions.parse([])) ?? HomeOptions() }

    package var eventType: String? { nil }

    package func run() async throws {
        let terminal = Terminal.standard()
        do {
            try await run(on: terminal)
        } catch let failure as CommandFailure {
            throw terminal.report(failure)
        } catch let error as ControlError {
            throw terminal.report(error.failure(home, about: eventType))
        } catch let error as ReaderIsGone {
            if let failure = error.failure { throw terminal.report(failure) }
            throw ExitCode(ReaderIsGone.exitCode)
        }
    }
}

extension Terminal {
    /// Tells the user, and gives the code to end with.
    fileprivate func report(_ failure: CommandFailure) -> ExitCode {
        let label = error.painted("Error:", .red)
        // Nobody may be reading standard error any more; the exit code still says it.
        try? error.line("\(label) \(failure.message)")
        return failure.status.exitCode
    }
}
