/// Something that is worth an account of: who, from where, what, by which rule, and what came of it. Holds no payload and no secret.
package struct AuditEntry: Sendable, Hashable {
    /// Whatever a stranger may have written is cut after this many characters.
    private static let longestText = 200

    package let at: Timestamp
    package let actor: AuditActor
    /// What was done or wanted, such as `submit`, `retry`, `create_token`, `outcome`.
    package let verb: String
    package let outcome: String
    /// The event, token or file it is about.
    package let subject: String?
    /// The client whose event or token it is about.
    package let owner: ClientName?
    package let type: EventType?
    package let rule: String?
    /// The SHA-256 of the plan as it is shown, secrets hidden, in hexadecimal.
    package let plan: String?
    /// A code or number that says more.
    package let detail: String?
    /// The members of its record after the first two, as a JSON object: made by who makes the entry, as the ledger's writer is one for all.
    let text: String

    package init(
        _ verb: String, _ outcome: String, at moment: Timestamp, by actor: AuditActor = .current, subject: String? = nil,
        owner: ClientName? = nil, type: EventType? = nil, rule: String? = nil, plan: String? = nil, detail: String? = nil
    ) {
        at = moment
        self.actor = actor
        self.verb = verb
        self.outcome = outcome
        self.subject = subject
        self.owner = owner
        self.type = type
        self.rule = rule
        self.plan = plan
        self.detail = detail
        // Always in this order; those without a value are left out.
        let members: [(String, String?)] = [
            ("at", moment.description), ("identity", actor.identity.rawValue), ("client", actor.client?.text), ("token", actor.token),
            ("entrance", actor.entrance.rawValue), ("origin", Self.cut(actor.origin)), ("verb", verb), ("subject", Self.cut(subject)),
            ("owner", owner?.text), ("type", type?.text), ("rule", Self.cut(rule)), ("plan", plan), ("outcome", outcome),
            ("detail", Self.cut(detail)),
        ]
        var object = JSONObject(minimumCapacity: members.count)
        for case (let name, let value?) in members { object[name] = .string(value) }
        text = JSONValue.object(object).text
    }

    private static func cut(_ text: String?) -> String? {
        text.map { $0.unicodeScalars.count > longestText ? String($0.unicodeScalars.prefix(longestText)) + "…" : $0 }
    }
}
