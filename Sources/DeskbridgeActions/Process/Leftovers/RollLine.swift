import DeskbridgeCore
import Glibc

/// One line of the roll: a process that was started for a step and not seen to its end.
struct RollLine: Sendable, Hashable {
    /// In bytes, with the newline; all lines are of one length.
    static let length = 192
    static let empty = padded("")

    /// The number of the process and of its session.
    let leader: pid_t
    /// When the process was there already and had executed nothing yet: nanoseconds since the machine was started.
    let notedAt: UInt64
    let event: EventID
    let attempt: Int
    let step: String

    /// The line with zeros where the process puts in its number and the time.
    static func text(for run: StepRun) -> [UInt8] {
        padded("\(String(repeating: "0", count: 10)) \(String(repeating: "0", count: 20)) \(run.event) \(run.attempt) \(run.step)")
    }

    static func padded(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8.prefix(length - 1))
        return bytes + [UInt8](repeating: UInt8(ascii: " "), count: length - 1 - bytes.count) + [UInt8(ascii: "\n")]
    }

    /// Nil if this is no such line, or an empty one.
    init?(_ bytes: some Collection<UInt8>) {
        let words = bytes.dropLast().split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        guard bytes.count == Self.length, words.count == 5, let leader = pid_t(words[0]), leader > 1, let notedAt = UInt64(words[1]),
            let event = EventID(words[2]), let attempt = Int(words[3])
        else { return nil }
        self.init(leader: leader, notedAt: notedAt, event: event, attempt: attempt, step: words[4])
    }

    init(leader: pid_t, notedAt: UInt64, event: EventID, attempt: Int, step: String) {
        self.leader = leader
        self.notedAt = notedAt
        self.event = event
        self.attempt = attempt
        self.step = step
    }
}
