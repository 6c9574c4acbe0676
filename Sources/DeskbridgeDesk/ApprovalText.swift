import DeskbridgeCore

/// What a notification says about an event that asks for an approval.
struct ApprovalText: Sendable, Hashable {
    let title: String
    /// Plain text; ``Notification`` spells it as the server wants it.
    let body: String

    /// Whether it says all that would be done, so that it can be allowed by who has read nothing else.
    let offersAllow: Bool

    /// A step as the person at the desk is told of it.
    struct Step: Sendable, Hashable {
        /// What would be done, in one line.
        let line: String
        /// What the line leaves out and the event may have chosen.
        var particulars: [String] = []

        fileprivate static let longest = 120
        fileprivate static let longestParticular = 200

        fileprivate var showsAll: Bool {
            PlainLine.showsAll(of: line, longest: Self.longest)
                && particulars.allSatisfy { PlainLine.showsAll(of: $0, longest: Self.longestParticular) }
        }
    }

    private static let mostSteps = 5
    private static let longestClient = 60
    private static let longestOrigin = 100
    private static let longestTypes = 100

    /// - Parameters:
    ///   - description: of the action, as its file has it.
    ///   - memory: what the answer will be remembered for, and the types of events that the rule is about. Nil if it counts this time only.
    ///   - remaining: how long an answer still counts.
    ///   - hasButtons: whether the notification can be answered; otherwise it names the command that can.
    init(
        _ event: AcceptedEvent, description: String?, steps: [Step], memory: (terms: AnswerTerms, types: [String])? = nil,
        remaining: Duration, hasButtons: Bool
    ) {
        let showsAll =
            steps.count <= Self.mostSteps && steps.allSatisfy(\.showsAll)
            && PlainLine.showsAll(of: event.client.text, longest: Self.longestClient)
            && PlainLine.showsAll(of: event.origin ?? "", longest: Self.longestOrigin)
            && memory.map { Self.showsAll(of: $0.terms, $0.types) } ?? true
        offersAllow = hasButtons && showsAll
        title = offersAllow ? "Allow \(event.type.text)?" : "\(event.type.text) waits for your answer"
        var lines = ["Asked by " + PlainLine.quoted(event.client.text, longest: Self.longestClient)]
        lines.append(event.origin.map { "from the page " + PlainLine.quoted($0, longest: Self.longestOrigin) } ?? "not from a web page")
        if let description, !description.isEmpty { lines.append("Action: " + PlainLine.quoted(description, longest: 140)) }
        lines += Self.lines(of: steps)
        if let memory { lines.append(Self.line(of: memory.terms, memory.types, origin: event.origin)) }
        let time = Self.text(remaining)
        if !showsAll { lines.append("Not all of it fits here: deskbridge queue show \(event.id)") }
        lines.append(
            offersAllow
                ? "Without an answer within \(time) it fails." : "Within \(time): deskbridge queue approve \(event.id), or queue deny")
        body = lines.joined(separator: "\n")
    }

    /// What else the answer decides.
    private static func line(of terms: AnswerTerms, _ types: [String], origin: String?) -> String {
        let whence =
            terms.scope.origin.map { $0 == origin ? "this page" : PlainLine.quoted($0, longest: longestOrigin) } ?? "outside web pages"
        let what = PlainLine.text(types.joined(separator: ", "), longest: longestTypes)
        return "Your answer is remembered for all \(what) of this client from \(whence)"
            + (terms.lifetime.map { ", for \(text($0))." } ?? ".")
    }

    private static func showsAll(of terms: AnswerTerms, _ types: [String]) -> Bool {
        PlainLine.showsAll(of: terms.scope.origin ?? "", longest: longestOrigin)
            && PlainLine.showsAll(of: types.joined(separator: ", "), longest: longestTypes)
    }

    private static func lines(of steps: [Step]) -> [String] {
        guard !steps.isEmpty else { return ["It may do nothing any more as policies stand now."] }
        var lines: [String] = []
        for (index, step) in steps.prefix(mostSteps).enumerated() {
            lines.append("\(index + 1). " + PlainLine.quoted(step.line, longest: Step.longest))
            lines += step.particulars.map { "   " + PlainLine.quoted($0, longest: Step.longestParticular) }
        }
        if steps.count > mostSteps { lines.append("and \(steps.count - mostSteps) more steps") }
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
        offersAllow = false
    }
}
