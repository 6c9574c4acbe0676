package import DeskbridgeCore

/// What became of the processes that a step had started when the bridge was killed.
package struct Leftover: Sendable, Hashable {
    package let event: EventID
    package let step: String
    /// How many were ended.
    package let ended: Int
    /// The numbers of those that still run, because they could not be ended, or could not be proven to be the step's.
    package let remaining: [Int32]

    package init(event: EventID, step: String, ended: Int, remaining: [Int32]) {
        self.event = event
        self.step = step
        self.ended = ended
        self.remaining = remaining
    }
}
