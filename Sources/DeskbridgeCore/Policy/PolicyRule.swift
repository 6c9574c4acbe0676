/// One rule: what becomes of events of these types from these clients and origins.
package struct PolicyRule: Sendable, Hashable {
    package let id: PolicyRuleID
    package let effect: PolicyEffect
    package let types: [NamePattern]
    package let clients: [NamePattern]
    /// Nil if any origin will do, and none.
    package let origins: [AllowedOrigin]?
    /// Nil if any payload will do.
    package let payload: PayloadCondition?
    /// Nil if it counts at all times.
    package let time: TimeCondition?
    package let rate: Rate?
    /// Nil if each event asks anew.
    package let memory: AnswerMemory?
    /// The rule as its file says it.
    package let written: JSONValue

    /// What a request is to a rule.
    enum Verdict: Sendable, Hashable {
        case matches
        case differs(PolicyMismatch)
        /// It may match, but a value of the payload is too long to be looked at.
        case cannotTell(JSONPointer)
    }

    /// The payload is looked at last: it costs most.
    func verdict(on request: PolicyRequest) -> Verdict {
        if let mismatch = mismatch(type: request.type, client: request.client, origin: request.origin) { return .differs(mismatch) }
        if let time, !time.matches(request.moment) { return .differs(.time(wanted: time, now: request.moment)) }
        switch payload?.verdict(on: request.payload) {
        case nil, .meets: return .matches
        case .fails(let mismatch): return .differs(.payload(mismatch))
        case .cannotTell(let pointer): return .cannotTell(pointer)
        }
    }

    /// Whether it is about anything of theirs.
    func isAbout(client: String, origin: String?) -> Bool {
        clients.contains { $0.matches(client) } && origins?.contains { $0.matches(origin) } ?? true
    }

    /// Nil if the rule is about these, whatever the payload is and the time.
    func mismatch(type: String, client: String, origin: String?) -> PolicyMismatch? {
        if !types.contains(where: { $0.matches(type) }) { return .type(wanted: types) }
        if !clients.contains(where: { $0.matches(client) }) { return .client(wanted: clients) }
        if let origins, !origins.contains(where: { $0.matches(origin) }) { return .origin(wanted: origins) }
        return nil
    }

    /// What an answer to a question about such a request counts for. Nil if it is not remembered.
    func terms(client: String, origin: String?) -> AnswerTerms? {
        memory.map { AnswerTerms(scope: AnswerScope(rule: $0.rule, client: client, origin: origin), lifetime: $0.lifetime) }
    }

    /// Whether it depends on the payload or the time.
    var isConditional: Bool { payload != nil || time != nil }
}

extension PolicyRule {
    /// How long the person at the desk has if the rule doesn't say.
    static let defaultTimeout = Duration.seconds(60)
    static let timeouts = Duration.seconds(1) ... .seconds(86_400)
    /// The word for an answer that is remembered until it is forgotten.
    static let always = "always"
    static let lifetimes = Duration.seconds(60) ... .seconds(3650 * 86_400)

    /// Reads one entry of `rules`. Nil, with its mistakes in `errors`, if it has any.
    init?(parsing node: YAMLNode, errors: inout [DefinitionError]) {
        guard case .mapping = node.content else {
            errors.append(node.error("the rule must be a mapping, not \(node.kind)"))
            return nil
        }
        var reader = MappingReader(node, "the rule", prefix: "")
        let words = ["allow", "ask", "deny"].filter { reader.node($0) != nil }
        let word = words.first ?? "deny"
        let allNames = "name them, or write [\"*\"] for all"
        types = words.isEmpty ? [] : reader.requiredEntries(word, advice: allNames, EventType.pattern)
        clients = reader.requiredEntries("clients", advice: allNames, ClientName.pattern)
        origins =
            reader.node("origins") == nil
            ? nil : reader.requiredEntries("origins", advice: "leave the key out for any origin", AllowedOrigin.init)
        var conditions = PayloadConditionReader()
        payload = reader.node("payload").flatMap { conditions.read($0) }
        time = TimeCondition(hours: Self.hours(&reader), days: Self.days(&reader))
        var rate: Rate?
        reader.read("rate", into: &rate) { node, what throws(DefinitionError) in try node.rate(what) }
        var timeout: Duration?
        reader.read("timeout", into: &timeout) { node, what throws(DefinitionError) in
            try node.duration(what, in: Self.timeouts)
        }
        var lifetime: Duration??
        reader.read("remember", into: &lifetime) { node, what throws(DefinitionError) in try Self.lifetime(node, what) }
        if words.count != 1 { reader.addMistake("the rule needs exactly one of the keys allow, ask and deny, with a list of event types") }
        if word != "ask", timeout != nil { reader.addMistake("timeout is for ask: this rule waits for nobody") }
        if word != "ask", reader.node("remember") != nil { reader.addMistake("remember is for ask: this rule asks nobody") }
        if words == ["deny"], rate != nil { reader.addMistake("rate is for allow and ask: deny lets nothing through") }

        let mistakes = reader.finish() + conditions.errors
        errors += mistakes
        guard mistakes.isEmpty else { return nil }
        id = PolicyRuleID(node.location)
        effect =
            switch word {
            case "allow": .allow
            case "ask": .ask(timeout: timeout ?? Self.defaultTimeout)
            default: .deny
            }
        self.rate = rate
        written = node.json
        memory = lifetime.map { [written] in
            AnswerMemory(rule: AuditRecord.hexadecimal(PayloadFingerprint(of: written).bytes), lifetime: $0)
        }
    }

    /// `always`, or how long.
    private static func lifetime(_ node: YAMLNode, _ what: String) throws(DefinitionError) -> Duration? {
        guard case .scalar(.string(let text), _) = node.content else {
            throw node.error("\(what) must be a duration such as 30d, or always")
        }
        if text == always { return nil }
        guard Units.duration(text) != nil else { throw node.error("\(what) must be a duration such as 30d, or always, not \"\(text)\"") }
        return try node.duration(what, in: lifetimes)
    }

    /// One range of hours, or a list of them.
    private static func hours(_ reader: inout MappingReader) -> [HourRange] {
        let advice = "leave the key out for the whole day"
        guard let node = reader.node("hours") else { return [] }
        if case .scalar(.string, _) = node.content {
            var range: HourRange?
            reader.read("hours", into: &range) { node, what throws(DefinitionError) in try node.parsed(what, HourRange.init) }
            return range.map { [$0] } ?? []
        }
        return reader.requiredEntries("hours", advice: advice, HourRange.init)
    }

    private static func days(_ reader: inout MappingReader) -> [Weekday] {
        guard reader.node("days") != nil else { return [] }
        return reader.requiredEntries("days", advice: "leave the key out for all days", Weekday.days).flatMap { $0 }
    }
}
