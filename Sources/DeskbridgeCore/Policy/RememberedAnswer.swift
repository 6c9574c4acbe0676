/// For which rule, client and page an answer of the person at the desk counts.
///
/// All three are compared by their bytes: another spelling of an origin is another origin.
package struct AnswerScope: Sendable {
    /// What the rule says, by its ``AnswerMemory/rule``.
    package let rule: String
    package let client: String
    /// The value of the `Origin` header. Nil if there was none: that is a scope of its own.
    package let origin: String?

    package init(rule: String, client: String, origin: String?) {
        self.rule = rule
        self.client = client
        self.origin = origin
    }

    /// `client "studio" from https://studio.example`
    package var words: String { "client \"\(client)\" \(PolicyRequest.whence(origin))" }
}

extension AnswerScope: Hashable {
    package static func == (left: AnswerScope, right: AnswerScope) -> Bool {
        guard left.rule.isSame(as: right.rule), left.client.isSame(as: right.client) else { return false }
        return switch (left.origin, right.origin) {
        case (nil, nil): true
        case (let left?, let right?): left.isSame(as: right)
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(Array(rule.utf8))
        hasher.combine(Array(client.utf8))
        hasher.combine(origin.map { Array($0.utf8) })
    }
}

/// That and how long a rule has answers remembered.
package struct AnswerMemory: Sendable, Hashable {
    /// The SHA-256 of all that the rule says, in hexadecimal. Neither its place nor the order of its keys is part of that, everything else is: a
    /// rule that says something else knows nothing of what was answered before.
    package let rule: String
    /// Nil for until somebody forgets it.
    package let lifetime: Duration?

    package init(rule: String, lifetime: Duration?) {
        self.rule = rule
        self.lifetime = lifetime
    }
}

/// What an answer to a question will be remembered for, and how long.
package struct AnswerTerms: Sendable, Hashable {
    package let scope: AnswerScope
    /// Counted from the answer. Nil for until somebody forgets it.
    package let lifetime: Duration?

    package init(scope: AnswerScope, lifetime: Duration?) {
        self.scope = scope
        self.lifetime = lifetime
    }

    package var json: JSONValue {
        [
            "client": .string(scope.client), "origin": scope.origin.map { .string($0) } ?? .null,
            "for": .string(lifetime.map { Units.text($0) } ?? PolicyRule.always),
        ]
    }
}

/// An answer of the person at the desk that decides later events too.
package struct RememberedAnswer: Sendable, Hashable {
    /// Counts from 1; never given twice.
    package let number: Int64
    package let scope: AnswerScope
    package let isApproved: Bool
    package let answeredAt: Timestamp
    /// From then on the person is asked again. Nil for never.
    package let expiresAt: Timestamp?
    /// Where it was given.
    package let place: Approval.Place
    package let reason: String?
    /// The event that asked. It may be gone by now.
    package let event: EventID
    package let type: EventType
    /// Where the rule stood when it asked, such as `policies/default.yaml:3`.
    package let askedBy: String

    package init(
        number: Int64, scope: AnswerScope, isApproved: Bool, answeredAt: Timestamp, expiresAt: Timestamp?, place: Approval.Place,
        reason: String?, event: EventID, type: EventType, askedBy: String
    ) {
        self.number = number
        self.scope = scope
        self.isApproved = isApproved
        self.answeredAt = answeredAt
        self.expiresAt = expiresAt
        self.place = place
        self.reason = reason
        self.event = event
        self.type = type
        self.askedBy = askedBy
    }

    package func isInForce(at moment: Timestamp) -> Bool { expiresAt.map { moment < $0 } ?? true }

    /// `answer 7`, as rules and records name it.
    package var name: String { "answer \(number)" }
}

extension RememberedAnswer {
    /// - Throws: ``Flaw`` if it is none.
    package init(json: JSONValue) throws(Flaw) {
        let origin = json["origin"]
        guard let number = json["number"]?.integerValue, let rule = json["digest"]?.stringValue, let client = json["client"]?.stringValue,
            origin == .null || origin?.stringValue != nil, let answer = json["answer"]?.stringValue,
            ["approved", "denied"].contains(answer),
            let answeredAt = json["answeredAt"]?.stringValue.flatMap({ Timestamp($0) }),
            let place = json["place"]?.stringValue.flatMap(Approval.Place.init),
            let event = json["event"]?.stringValue.flatMap(EventID.init),
            let type = json["type"]?.stringValue.flatMap(EventType.init), let askedBy = json["askedBy"]?.stringValue
        else { throw Flaw("this is no remembered answer: \(json.text.prefix(200))") }
        self.init(
            number: number, scope: AnswerScope(rule: rule, client: client, origin: origin?.stringValue), isApproved: answer == "approved",
            answeredAt: answeredAt, expiresAt: json["expiresAt"]?.stringValue.flatMap { Timestamp($0) }, place: place,
            reason: json["reason"]?.stringValue, event: event, type: type, askedBy: askedBy)
    }

    /// What tells it from others, for those it is about.
    package var summary: JSONValue {
        var members: JSONObject = [
            "number": .integer(number), "answer": .string(isApproved ? "approved" : "denied"),
            "answeredAt": .string(answeredAt.description),
        ]
        members["expiresAt"] = expiresAt.map { .string($0.description) }
        return .object(members)
    }

    package var json: JSONValue {
        var members: JSONObject = [
            "number": .integer(number), "answer": .string(isApproved ? "approved" : "denied"), "client": .string(scope.client),
            "origin": scope.origin.map { .string($0) } ?? .null, "type": .string(type.text), "event": .string(event.text),
            "askedBy": .string(askedBy), "digest": .string(scope.rule), "answeredAt": .string(answeredAt.description),
            "place": .string(place.rawValue),
        ]
        members["expiresAt"] = expiresAt.map { .string($0.description) }
        members["reason"] = reason.map(JSONValue.string)
        return .object(members)
    }
}

/// All answers that are remembered, at most one for each scope.
package struct AnswerBook: Sendable, Hashable {
    private var answers: [AnswerScope: RememberedAnswer] = [:]

    package init(_ answers: [RememberedAnswer] = []) {
        for answer in answers { put(answer) }
    }

    /// The newest one, by its number, takes the place of older ones.
    package mutating func put(_ answer: RememberedAnswer) {
        if let known = answers[answer.scope], known.number > answer.number { return }
        answers[answer.scope] = answer
    }

    package mutating func remove(_ number: Int64) { answers = answers.filter { $0.value.number != number } }

    /// Nil if there is none, or if it has expired.
    package func answer(for scope: AnswerScope, at moment: Timestamp) -> RememberedAnswer? {
        answers[scope].flatMap { $0.isInForce(at: moment) ? $0 : nil }
    }

    package var all: [RememberedAnswer] { answers.values.sorted { $0.number < $1.number } }
}
