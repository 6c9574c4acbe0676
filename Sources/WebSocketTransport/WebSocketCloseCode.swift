/// A close code (RFC 6455 7.4).
package struct WebSocketCloseCode: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }

    package static let normal = Self(1000)
    package static let goingAway = Self(1001)
    package static let protocolError = Self(1002)
    /// Never on the wire: the peer's close frame carried no code.
    package static let noneGiven = Self(1005)
    /// Never on the wire: TCP ended without a close frame.
    package static let abnormal = Self(1006)
    package static let invalidData = Self(1007)
    package static let tooBig = Self(1009)

    /// Whether a close frame may carry it.
    package var isAllowedOnWire: Bool {
        switch rawValue {
        case 1000...1003, 1007...1011, 3000...4999: true
        default: false
        }
    }

    package var description: String { String(rawValue) }
}
