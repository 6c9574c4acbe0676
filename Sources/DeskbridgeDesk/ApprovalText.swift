import DeskbridgeCore

/// What a notification says about an event that asks for an approval.
struct ApprovalText: Sendable, Hashable {
    let title: String
    /// Plain text; ``Notification`` spells it as the server wants it.
    let body: String

    private static let mostSteps = 5

    /// - Parameters:
    ///   - description: of the action, as its file has it.
    ///   - steps: what would be done, one line for each step.
    ///   - memory: what the answer will be remembered for, and the types of events that the rule is about. Nil if it counts this time only.
    ///   - remaining: how long an answer still counts.
    ///   - hasButtons: whether the notification can be answered; otherwise it names the command that can.
    init(
        _ event: AcceptedEvent, description: String?, steps: [String], memory: (terms: AnswerTerms, types: [String])? = nil,
        remaining: Duration, hasButtons: Bool
    ) {
        title = hasButtons ? "Allow \(event.type.text)?" : "\(event.type.text) waits for your answer"
        var lines = ["Asked by " + PlainLine.quoted(event.client.text, longest: 60)]
        lines.append(event.origin.map { "from the page " + PlainLine.quoted($0, longest: 100) } ?? "not from a web page")
        if let description, !description.isEmpty { lines.append("Action: " + PlainLine.quoted(description, longest: 140)) }
        lines += Self.lines(of: steps)
        if let memory { lines.append(Self.line(of: memory.terms, memory.types, origin: event.origin)) }
        let time = Self.text(remaining)
        lines.append(
            hasButtons
                ? "Without an answer within \(time) it fails." : "Within \(time): deskbridge queue approve \(event.id), or queue deny")
        body = lines.joined(separator: "\n")
    }

    /// What else the answer decides.
    private static func line(of terms: AnswerTerms, _ types: [String], origin: String?) -> String {
        let whence = terms.scope.origin.map { $0 == origin ? "this page" : PlainLine.quoted($0, longest: 100) } ?? "outside web pages"
        let what = PlainLine.text(types.joined(separator: ", "), longest: 100)
        return "Your answer is remembered for all \(what) of this client from \(whence)"
            + (terms.lifetime.map { ", for \(text($0))." } ?? ".")
    }

    private static func lines(of steps: [String]) -> [String] {
        guard !steps.isEmpty else { return ["It may do nothing any more as policies stand now."] }
        var lines = steps.prefix(mostSteps).enumerated().map { "\($0.offset + 1). " + PlainLine.quoted($0.element, longest: 120) }
        if steps.count > mostSteps { lines.append("and \(steps.count - mostSteps) more steps: deskbridge queue show") }
        return lines
    }

    /// A time span for a person: whole seconds, minutes or hours.
    static func text(_ duration: Duration) -> String {
        let seconds = max(1, duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0))
        switch seconds {
        case ..<120: return "\(seconds) s"
        case ..<7200: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3600) h"
        default: return "\(seconds / 86_400) days"
        }
    }
}

extension ApprovalText {
    /// Stands for events that find no place at the desk.
    init(others count: Int) {
        title = count == 1 ? "1 more event waits for your answer" : "\(count) more events wait for your answer"
        body = "deskbridge queue list --state waiting"
    }
}
