package import DeskbridgeCore

/// The findings as lines: a mark, what was looked at, what was found, and below it what to do.
package enum DoctorReport {
    package static func text(_ name: String, _ finding: Finding, for channel: OutputChannel) -> String {
        func lines(_ mark: String, _ paint: Paint, _ found: String, _ remedy: String? = nil) -> String {
            let found = found.split(separator: "\n").map { String($0).printable() }.joined(separator: "\n    ")
            return channel.painted(mark, paint) + " \(name): \(found)\n" + (remedy.map { "    -> \($0.printable())\n" } ?? "")
        }
        return switch finding {
        case .passed(let found): lines("✓", .green, found)
        case .warned(let found, let remedy): lines("!", .yellow, found, remedy)
        case .failed(let found, let remedy): lines("✗", .red, found, remedy)
        case .skipped(let why): lines("-", .dim, why)
        }
    }

    package static func json(_ name: String, _ finding: Finding) -> JSONValue {
        switch finding {
        case .passed(let found): ["name": .string(name), "finding": "passed", "detail": .string(found)]
        case .warned(let found, let remedy):
            ["name": .string(name), "finding": "warned", "detail": .string(found), "remedy": .string(remedy)]
        case .failed(let found, let remedy):
            ["name": .string(name), "finding": "failed", "detail": .string(found), "remedy": .string(remedy)]
        case .skipped(let why): ["name": .string(name), "finding": "skipped", "detail": .string(why)]
        }
    }
}
