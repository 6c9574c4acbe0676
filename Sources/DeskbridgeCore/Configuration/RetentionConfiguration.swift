/// How long what is over is kept.
package struct RetentionConfiguration: Sendable, Hashable {
    /// The time events and confirmations are kept after their final state.
    package var events = Duration.seconds(30 * 86_400)
    /// The events in a final state that are kept at most.
    package var count = 1_000_000
    /// The time in which a key is known again, at least as long as `events`.
    package var keys = Duration.seconds(90 * 86_400)
    /// The time that records of the audit are kept.
    package var audit = Duration.seconds(365 * 86_400)
    /// The records of the audit that are kept at most.
    package var auditRecords = 5_000_000

    package init() {}
}

extension RetentionConfiguration {
    static let times = Duration.seconds(60) ... .seconds(3650 * 86_400)
    static let counts = 100...100_000_000
    static let auditCounts = 100...1_000_000_000

    mutating func read(_ node: YAMLNode?, _ errors: inout [DefinitionError]) {
        var reader = MappingReader(node, "retention")
        reader.read("events", into: &events) { node, what throws(DefinitionError) in try node.duration(what, in: Self.times) }
        reader.read("count", into: &count) { node, what throws(DefinitionError) in try node.integer(what, in: Self.counts) }
        keys = max(keys, events)
        reader.read("keys", into: &keys) { node, what throws(DefinitionError) in
            let value = try node.duration(what, in: Self.times)
            guard value >= events else {
                throw node.error(
                    "\(what) must be at least retention.events, which is \(Units.text(events)), or a kept event could run twice")
            }
            return value
        }
        reader.read("audit", into: &audit) { node, what throws(DefinitionError) in try node.duration(what, in: Self.times) }
        reader.read("auditRecords", into: &auditRecords) { node, what throws(DefinitionError) in
            try node.integer(what, in: Self.auditCounts)
        }
        errors += reader.finish()
    }
}

extension RetentionConfiguration {
    static let schema: MappingSchema = {
        let usual = RetentionConfiguration()
        return MappingSchema([
            .optional(
                "events", "How long events and confirmations are kept after their final state.", .duration(in: times),
                default: .string(Units.text(usual.events))),
            .optional(
                "count", "Events in a final state that are kept at most.", .integer(in: counts), default: .integer(Int64(usual.count))),
            .optional(
                "keys", "How long an idempotency key is known again; at least as long as events, which counts if it is longer than 90d.",
                .duration(in: times)),
            .optional(
                "audit", "How long records of the audit are kept.", .duration(in: times), default: .string(Units.text(usual.audit))),
            .optional(
                "auditRecords", "Records of the audit that are kept at most.", .integer(in: auditCounts),
                default: .integer(Int64(usual.auditRecords))),
        ])
    }()
}
