/// How a connection ended: whoever was first to end it decides.
package struct WebSocketEnding: Sendable, Equatable {
    package enum Cause: Sendable, Equatable {
        /// The peer sent a close frame.
        case peer
        /// We did: the handler, a broken rule, the slow-consumer limit or a shutdown.
        case local
        /// The peer was silent for longer than the limit.
        case silence
        /// TCP ended, or failed, without a close frame.
        case lost
    }

    package let cause: Cause
    package let code: WebSocketCloseCode
    package let reason: String

    package init(cause: Cause, code: WebSocketCloseCode, reason: String) {
        self.cause = cause
        self.code = code
        self.reason = reason
    }

    static let lost = Self(cause: .lost, code: .abnormal, reason: "")
}
