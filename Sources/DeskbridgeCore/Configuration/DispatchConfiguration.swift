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
    mutating func read(_ node: YAMLNode?, _ errors: inout [DefinitionError]) {
        var reader = MappingReader(node, "dispatch")
        reader.read("running", into: &running) { node, what throws(DefinitionError) in try node.integer(what, in: 1...256) }
        reader.read("drain", into: &drain) { node, what throws(DefinitionError) in try node.rate(what) }
        reader.read("grace", into: &grace) { node, what throws(DefinitionError) in try node.duration(what, in: .zero ... .seconds(3600)) }
        reader.read("queued", into: &queued) { node, what throws(DefinitionError) in try node.integer(what, in: 1...10_000_000) }
        reader.read("wait", into: &wait) { node, what throws(DefinitionError) in
            try node.duration(what, in: .seconds(1) ... .seconds(30 * 86_400))
        }
        errors += reader.finish()
    }
}
