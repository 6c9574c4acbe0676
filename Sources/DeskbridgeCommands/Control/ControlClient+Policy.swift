package import DeskbridgeCore

extension ControlClient {
    /// The answers that are remembered, each with how it stands.
    package func rememberedAnswers() async throws -> [ListedAnswer] {
        let json = try await request(.GET, "/v1/policy/answers")
        guard let list = json["answers"]?.arrayValue else { throw ControlError.unexpectedAnswer("a list without answers") }
        return try list.map { try ListedAnswer($0) }
    }

    /// Has a remembered answer forgotten.
    package func forgetAnswer(_ number: Int64) async throws {
        _ = try await request(.DELETE, "/v1/policy/answers/\(number)")
    }
}

/// A remembered answer as the daemon lists it.
package struct ListedAnswer: Sendable, Equatable {
    package let json: JSONValue
    package let answer: RememberedAnswer
    /// `in_force`, `expired` or `rule_changed`.
    package let standing: String
    /// Where the rule stands now.
    package let rule: String?

    package init(_ json: JSONValue) throws(ControlError) {
        do throws(Flaw) { answer = try RememberedAnswer(json: json) } catch { throw .unexpectedAnswer(error.message) }
        self.json = json
        standing = json["standing"]?.stringValue ?? ""
        rule = json["rule"]?.stringValue
    }
}

extension HomeOptions {
    /// What the daemon has remembered, if rules have answers remembered. Nil if it doesn't run, or can't tell.
    func answers(for policy: Policy) async throws -> AnswerBook? {
        guard policy.rules.contains(where: { $0.memory != nil }) else { return AnswerBook() }
        return try? await withClient { AnswerBook(try await $0.rememberedAnswers().map(\.answer)) }
    }
}
