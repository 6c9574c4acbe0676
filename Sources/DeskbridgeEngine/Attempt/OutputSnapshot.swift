package import DeskbridgeCore

/// The end of what an attempt under way has written so far.
///
/// Whoever listens first and looks then has every line: those of a batch whose number (`from` and on) is less than where the snapshot ends
/// are in both.
package struct OutputSnapshot: Sendable, Hashable {
    package let attempt: Int
    /// How many lines came before the first of these.
    package let from: Int
    package let lines: [OutputTailLine]
}
