package import DeskbridgeCore
internal import Foundation
internal import Glibc
internal import Synchronization

/// The real `deskbridge serve`, started as a process of its own on a home of its own.
package final class RunningBridge: Sendable {
    private struct State {
        var process: ChildProcess
        var port: Int
    }

    package let home: TestHome
    private let environment: [String: String]
    private let state: Mutex<State>

    /// Returns once it listens.
    ///
    /// - Parameter environment: added to that of the home.
    package init(on home: TestHome, environment: [String: String] = [:]) async throws {
        self.home = home
        self.environment = home.environment.merging(environment) { _, added in added }
        let process = try Self.launch(home, self.environment)
        state = Mutex(State(process: process, port: try await Self.listening(process)))
    }

    deinit { process.signal(SIGKILL) }

    package var process: ChildProcess { state.withLock { $0.process } }
    package var port: Int { state.withLock { $0.port } }
    package var pid: Int32 { process.pid }
    package var controlSocket: String { home.bridge + "/run/control.sock" }
    /// The log of the process that runs now.
    package var log: Mailbox<String> { process.errors }

    /// The program under test, beside the bundle that holds the tests.
    package static let program: String = {
        let bundle = ProcessInfo.processInfo.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return (bundle as NSString).deletingLastPathComponent + "/deskbridge"
    }()

    /// Starts the program without waiting, such as to see it refuse.
    package static func launch(_ home: TestHome, _ environment: [String: String]? = nil) throws -> ChildProcess {
        try ChildProcess([program, "serve"], environment: environment ?? home.environment, directory: home.root)
    }

    /// Ends the process by a signal and waits until it is gone.
    @discardableResult
    package func kill(_ signal: Int32 = SIGKILL) async throws -> ChildProcess.Exit {
        let process = process
        process.signal(signal)
        guard let exit = await process.exit() else { throw CancellationError() }
        return exit
    }

    /// As systemd stops it.
    @discardableResult
    package func stop() async throws -> ChildProcess.Exit { try await kill(SIGTERM) }

    /// Starts a new process on the same home; the one before must have ended. Its port is another one.
    package func start() async throws {
        let process = try Self.launch(home, environment)
        let port = try await Self.listening(process)
        state.withLock { $0 = State(process: process, port: port) }
    }

    /// Waits for an entry of the log.
    package func logged(_ event: String) async throws -> JSONValue {
        try await Self.logged(event, by: process)
    }

    private static func logged(_ event: String, by process: ChildProcess) async throws -> JSONValue {
        let isWanted: @Sendable (String) -> Bool = { (try? JSONParser.parse($0))?["event"]?.stringValue == event }
        guard let line = await process.errors.first(where: isWanted) else {
            throw NeverCame("\(event) in the log", instead: process.errors.all)
        }
        return try JSONParser.parse(line)
    }

    private static func listening(_ process: ChildProcess) async throws -> Int {
        let entry = try await logged("bridge.listening", by: process)
        guard let port = entry["port"]?.stringValue.flatMap({ Int($0) }) else { throw NeverCame("a port", instead: process.errors.all) }
        return port
    }

    /// What the process has open, as `/proc/PID/fd` tells it, sorted.
    package var descriptors: [String] {
        let folder = "/proc/\(pid)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }.sorted()
    }
}

/// Runs a test against a bridge of its own, which is gone with its files when this returns. Only a few run at one time.
package func withBridge(
    _ files: BridgeFiles, environment: [String: String] = [:], _ body: (RunningBridge) async throws -> Void
) async throws {
    guard await bridgePlaces.first() != nil else { throw CancellationError() }
    defer { bridgePlaces.put(()) }
    let bridge = try await RunningBridge(on: try TestHome(files), environment: environment)
    do {
        try await body(bridge)
    } catch {
        _ = try? await bridge.kill()
        throw error
    }
    try await bridge.kill()
}

/// All tests at once would only take the machine's processors and its few inotify instances away from each other.
private let bridgePlaces: Mailbox<Void> = {
    let places = Mailbox<Void>()
    for _ in 1...8 { places.put(()) }
    return places
}()
