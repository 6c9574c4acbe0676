/// What becomes of an event whose attempt was cut off by the end of the bridge or the machine.
package enum RescueVerdict: Sendable, Hashable {
    /// - Parameter failure: what there is to say about the attempt that was cut off.
    case runAgain(dueAt: Timestamp, failure: Failure? = nil)
    /// - Parameter confirmation: nil while nobody has decided what happened.
    case unknown(Failure, confirmation: JSONValue? = nil)
    case cancelled(Failure? = nil, confirmation: JSONValue?)
    case failed(Failure, confirmation: JSONValue?)
}
