/// How accepted events are worked off.
package struct DispatchConfiguration: Sendable, Hashable {
    /// The events that run at one time, over all actions.
    package var running = 16
    /// How fast the events found at start are begun, so that a long absence doesn't end in a rush.
    package var drain = Rate(count: 20, window: .seconds(1))
    /// The time running events have to end when the bridge is asked to stop. Zero stops them at once.
    package var grace = Duration.seconds(30)
    /// The events that may wait for a final state; one more is refused as when storage is full.
    package var queued = 100_000
    /// How long an event without a time to live waits for what one of its steps needs, such as a name on the bus.
    package var wait = Duration.seconds(86_400)

    package init() {}
}

extension DispatchConfiguration {
    static let runningCounts = 1...256
    static let graces = Duration.zero ... .seconds(3600)
    static let queuedCounts = 1...10_000_000
    static let waits = Duration.seconds(1) ... .seconds(30 * 86_400)

    mutating func read(_ node: YAMLNode?, _ errors: inout [DefinitionError]) {
        var reader = MappingReader(node, "dispatch")
        reader.read("running", into: &running) { node, what throws(DefinitionError) in try node.integer(what, in: Self.runningCounts) }
        reader.read("drain", into: &drain) { node, what throws(DefinitionError) in try node.rate(what) }
        reader.read("grace", into: &grace) { node, what throws(DefinitionError) in try node.duration(what, in: Self.graces) }
        reader.read("queued", into: &queued) { node, what throws(DefinitionError) in try node.integer(what, in: Self.queuedCounts) }
        reader.read("wait", into: &wait) { node, what throws(DefinitionError) in try node.duration(what, in: Self.waits) }
        errors += reader.finish()
    }
}

extension DispatchConfiguration {
    static let schema: MappingSchema = {
        let usual = DispatchConfiguration()
        return MappingSchema([
            .optional(
                "running", "Events that run at one time, over all actions.", .integer(in: runningCounts),
                default: .integer(Int64(usual.running))),
            .optional("drain", "How fast events found at start are begun.", .rate, default: .string(usual.drain.description)),
            .optional(
                "grace", "Time running events have to end when the bridge stops.", .duration(in: graces),
                default: .string(Units.text(usual.grace))),
            .optional(
                "queued", "Events that may wait for a final state; one more is refused as when storage is full.",
                .integer(in: queuedCounts), default: .integer(Int64(usual.queued))),
            .optional(
                "wait", "How long an event without expires waits for what a step needs, such as a name on a D-Bus bus.",
                .duration(in: waits), default: .string(Units.text(usual.wait))),
        ])
    }()
}
