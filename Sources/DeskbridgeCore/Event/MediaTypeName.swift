/// The type and subtype of a `Content-Type` value (RFC 9110 section 8.3.1), without its parameters.
package struct MediaTypeName: Sendable, Hashable {
    package let text: String

    package init(_ value: some StringProtocol) {
        text = String(value.prefix { $0 != ";" }).filter { $0 != " " && $0 != "\t" }.lowercased()
    }

    package var isJSON: Bool { text == "application/json" || text.hasPrefix("application/") && text.hasSuffix("+json") }
}
