/// One entry of a rule's `origins`.
package enum AllowedOrigin: Sendable, Hashable, CustomStringConvertible {
    case origin(Origin)
    /// `none`: a request without an `Origin` header.
    case noOrigin

    /// - Throws: ``Flaw`` as ``Origin`` does.
    package init(_ text: String) throws(Flaw) {
        self = text == "none" ? .noOrigin : .origin(try Origin(text))
    }

    func matches(_ header: String?) -> Bool {
        switch (self, header) {
        case (.origin(let origin), let value?): origin.matches(header: value)
        case (.noOrigin, nil): true
        default: false
        }
    }

    package var description: String {
        switch self {
        case .origin(let origin): origin.description
        case .noOrigin: "none"
        }
    }
}
