package import DeskbridgeCore

/// An error as the daemon reports it (RFC 9457).
package struct ProblemDocument: Sendable, Equatable {
    /// One thing wrong inside a request: where (a JSON Pointer, RFC 6901) and what.
    package struct Detail: Sendable, Equatable {
        package let pointer: String
        package let message: String
    }

    /// The stable word for what is wrong, such as `invalid_event`.
    package let code: String
    package let title: String
    package let detail: String?
    package let errors: [Detail]

    /// - Parameter status: the status of the HTTP answer, for a body that is no problem document.
    package init(_ body: JSONValue?, status: Int) {
        code = body?["code"]?.stringValue ?? "http_\(status)"
        title = body?["title"]?.stringValue ?? "The daemon answered with HTTP status \(status)."
        detail = body?["detail"]?.stringValue
        errors = (body?["errors"]?.arrayValue ?? []).map {
            Detail(pointer: $0["pointer"]?.stringValue ?? "", message: $0["message"]?.stringValue ?? "")
        }
    }

    /// The status to end with; that of a plain failure for a code this version does not know.
    package var status: ExitStatus { ProblemCode(rawValue: code).map { ExitStatus($0) } ?? .failed }

    /// What happened for a person, one line for each thing that is wrong. Where there are several, the detail only repeats them.
    package var message: String {
        guard errors.count > 1 else { return "\((detail ?? title).printable()) (\(code.printable()))" }
        var lines = ["\(title.printable()) (\(code.printable()))"]
        for error in errors {
            let place = error.pointer.isEmpty ? "the event" : error.pointer.printable()
            lines.append("  \(place): \(error.message.printable())")
        }
        return lines.joined(separator: "\n")
    }
}
