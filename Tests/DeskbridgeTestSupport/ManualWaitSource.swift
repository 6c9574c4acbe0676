package import DeskbridgeCore
import DeskbridgeEngine

/// A source of waits that tells the test what it is told, and lets events go on when the test says so.
package final class ManualWaitSource: WaitSource {
    /// One event that was armed.
    package struct Armed: Sendable {
        package let event: EventRecord
        package let reason: WaitReason
        package let release: @Sendable () -> Void
    }

    package let armed = Mailbox<Armed>()
    package let disarmed = Mailbox<EventID>()
    private let isThere: @Sendable (WaitReason) -> Bool

    /// - Parameter isThere: whether what is waited for is there already.
    package init(isThere: @escaping @Sendable (WaitReason) -> Bool = { _ in false }) { self.isThere = isThere }

    package func covers(_ reason: WaitReason) -> Bool {
        if case .busName = reason { true } else { false }
    }

    package func arm(_ event: EventRecord, for reason: WaitReason, release: @escaping @Sendable () -> Void) async {
        armed.put(Armed(event: event, reason: reason, release: release))
        if isThere(reason) { release() }
    }

    package func disarm(_ event: EventID) async { disarmed.put(event) }

    /// The next event that is armed.
    package func next() async throws -> Armed {
        guard let next = await armed.first() else { throw NeverCame("a waiting event", instead: []) }
        return next
    }
}
