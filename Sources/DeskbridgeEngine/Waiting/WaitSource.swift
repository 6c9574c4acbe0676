package import DeskbridgeCore

/// Knows when what a waiting event waits for has come, for one kind of reason.
///
/// ``Waits`` tells each source of its events one at a time, in the order of the ledger, on a task of the source's own; when the bridge
/// stops, that task is cancelled.
package protocol WaitSource: Sendable {
    /// Whether it is the one for such waits.
    func covers(_ reason: WaitReason) -> Bool

    /// An event waits from now on, or still does after a restart.
    ///
    /// It may have come before: then release at once. An event that waits for the same once more is armed anew, after ``disarm(_:)``.
    /// - Parameter release: ends the wait. May be called from anywhere and more than once; does nothing if the event waits no more.
    func arm(_ event: EventRecord, for reason: WaitReason, release: @escaping @Sendable () -> Void) async

    /// The event waits no more, for whatever reason. Comes once for each ``arm(_:for:release:)``.
    func disarm(_ event: EventID) async
}
