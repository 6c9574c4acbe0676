internal import DeskbridgeCore
internal import Glibc
internal import Logging
internal import Synchronization

/// Writes the log to standard error: one JSON object a line, or lines for people.
enum LogOutput {
    static func logger(_ configuration: LogConfiguration) -> Logger {
        let isPretty: Bool
        switch configuration.format {
        case .pretty: isPretty = true
        case .json: isPretty = false
        case .auto: isPretty = isatty(STDERR_FILENO) == 1
        }
        let sink = LogSink(descriptor: STDERR_FILENO)
        var logger = Logger(label: "deskbridge") { _ in
            LineLogHandler(clock: .system, render: isPretty ? LogLine.pretty : LogLine.json, write: sink.write)
        }
        logger.logLevel = Logger.Level(rawValue: configuration.level.rawValue) ?? .info
        return logger
    }
}

/// Writes lines to a descriptor. A log that nobody takes must not stop the bridge: lines that find no room in time are dropped.
final class LogSink: Sendable {
    /// A pipe or socket with room for this many bytes takes them at once and as one piece (`PIPE_BUF`, pipe(7)).
    private static let atOnce = 4096
    /// What a reader that was only slow gets, in milliseconds; one that has used it up gets no more until it reads again.
    private static let patience: Int32 = 1000

    private let descriptor: Int32
    private let hasStalled = Mutex(false)

    init(descriptor: Int32) { self.descriptor = descriptor }

    func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        // Under the lock, so that lines of different threads don't mix.
        hasStalled.withLock { hasStalled in
            var rest = bytes[...]
            while !rest.isEmpty {
                var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                let isReady = Glibc.poll(&poll, 1, hasStalled ? 0 : Self.patience) > 0
                hasStalled = !isReady
                guard isReady else { return }
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, min($0.count, Self.atOnce)) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}

/// One entry of the log, before it is written.
struct LogLine {
    let time: Timestamp
    let level: Logger.Level
    let message: String
    let metadata: Logger.Metadata

    /// Members: `time`, `level`, `event`, then ids and durations as they come, `message` last.
    static func json(_ line: LogLine) -> String {
        var members: JSONObject = ["time": .string(line.time.description), "level": .string(line.level.rawValue)]
        members["event"] = line.metadata["event"].map { .string("\($0)") }
        for (name, value) in line.metadata.sorted(by: { $0.key < $1.key }) where name != "event" {
            let text = "\(value)"
            members[name] = name.hasSuffix("_ms") ? JSONValue(number: text) ?? .string(text) : .string(text)
        }
        members["message"] = .string(line.message)
        return JSONValue.object(members).text
    }

    static func pretty(_ line: LogLine) -> String {
        let details = line.metadata.sorted { $0.key < $1.key }.filter { $0.key != "event" }
            .map { "\($0.key)=\("\($0.value)".printable())" }
        let level = line.level.rawValue.uppercased()
        let time = line.time.description.dropFirst(11).dropLast(1)
        return
            "\(time) \(level)\(String(repeating: " ", count: max(0, 8 - level.count))) \(line.message)  \(details.joined(separator: " "))"
    }
}

/// A swift-log handler that makes a line of each entry.
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    let clock: WallClock
    let render: @Sendable (LogLine) -> String
    let write: @Sendable (String) -> Void

    init(clock: WallClock, render: @escaping @Sendable (LogLine) -> String, write: @escaping @Sendable (String) -> Void) {
        self.clock = clock
        self.render = render
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, own in own }
        write(render(LogLine(time: clock.now(), level: event.level, message: "\(event.message)", metadata: all)))
    }
}
