/// Where an accepted event stands.
package enum DeliveryState: String, Sendable, Hashable, CaseIterable {
    /// Waits for its first attempt. A crash leaves it so.
    case queued
    /// An attempt is under way. A crash leaves it so, and the next start decides what becomes of it.
    case running
    /// Waits for its next attempt.
    case retrying
    /// Waits for an approval, or for a D-Bus name.
    case waiting
    case succeeded
    /// Its error is permanent, or its attempts are used up.
    case failed
    case cancelled
    /// Its time to live ran out before it started.
    case expired
    /// The machine or the bridge died while a step ran whose effect cannot be proven: a person decides.
    case unknown

    /// Whether nothing more happens unless a person asks for it.
    package var isFinal: Bool {
        switch self {
        case .queued, .running, .retrying, .waiting: false
        case .succeeded, .failed, .cancelled, .expired, .unknown: true
        }
    }

    package func canBecome(_ next: DeliveryState) -> Bool { successors.contains(next) }

    private var successors: Set<DeliveryState> {
        switch self {
        case .queued: [.running, .waiting, .cancelled, .expired, .failed]
        case .running: [.retrying, .waiting, .succeeded, .failed, .cancelled, .unknown]
        case .retrying: [.running, .waiting, .cancelled, .failed]
        case .waiting: [.queued, .retrying, .cancelled, .expired, .failed]
        case .succeeded: []
        case .failed, .cancelled, .expired: [.queued, .waiting]
        case .unknown: [.queued, .waiting, .succeeded, .failed]
        }
    }
}
