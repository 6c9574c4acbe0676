internal import DeskbridgeCore

/// Why a request to the daemon got no usable answer.
package enum ControlError: Error, Sendable, Equatable {
    /// Nothing listens at the socket.
    case notRunning(socket: String)
    /// The socket is there, but this user may not use it.
    case forbidden(socket: String)
    /// The path is longer than a socket's address holds (107 bytes, unix(7)).
    case pathTooLong(socket: String)
    /// The connection ended before the answer was complete.
    case connectionLost(reason: String)
    /// No answer in the time allowed.
    case timedOut
    /// The daemon refused, and said why.
    case problem(ProblemDocument)
    /// The answer is not what this version of the program knows.
    case unexpectedAnswer(String)

    /// What the user is told.
    /// - Parameter type: of the event that it was about; nil if the command doesn't know it.
    package func failure(_ home: HomeOptions, about type: String? = nil) -> CommandFailure {
        switch self {
        case .notRunning(let socket):
            CommandFailure(
                """
                No daemon answers at \(socket).
                Start it with: \(home.command("serve"))
                """, .unavailable)
        case .forbidden(let socket):
            CommandFailure("\(socket) belongs to another user: run this as the user who runs the daemon.", .noPermission)
        case .pathTooLong(let socket):
            CommandFailure(
                "\(socket) is longer than the 107 bytes a socket's path may have: choose a shorter --home.", .configuration)
        case .connectionLost(let reason):
            CommandFailure(
                "The daemon closed the connection before it had answered (\(reason)). It may be stopping: try again, and see its log.",
                .unavailable)
        case .timedOut:
            CommandFailure("The daemon did not answer in time. It may be overloaded: try again, and see its log.", .unavailable)
        case .problem(let problem):
            CommandFailure(problem.message + Self.advice(on: problem.code, type, home), problem.status)
        case .unexpectedAnswer(let what):
            CommandFailure("The daemon's answer is not understood: \(what). Are program and daemon of one version?", .failed)
        }
    }

    /// What to type next, on a line of its own.
    private static func advice(on code: String, _ type: String?, _ home: HomeOptions) -> String {
        switch ProblemCode(rawValue: code) {
        case .unknownEventType: "\nThose that there are: \(home.command("actions list"))"
        case .deniedByPolicy:
            if let type {
                "\nThe rules one by one: \(home.command("policy explain \(type) --client local"))"
            } else {
                "\nThe rules are checked by: \(home.command("policy check"))"
            }
        default: ""
        }
    }
}
