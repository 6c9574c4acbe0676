/// A text made from a template: what is used, and what may be shown of it.
package struct RenderedText: Sendable, Hashable {
    package let value: String
    /// The same with each secret replaced by `<secret>`.
    package let shown: String
    /// Whether the first character came from a field rather than from the action file.
    package let startsWithField: Bool

    package init(value: String, shown: String, startsWithField: Bool) {
        self.value = value
        self.shown = shown
        self.startsWithField = startsWithField
    }

    package init(literal: String) { self.init(value: literal, shown: literal, startsWithField: false) }

    package static let hidden = "<secret>"
}

/// A JSON value made from templates: what is used, and what may be shown of it.
package struct RenderedValue: Sendable, Hashable {
    package let value: JSONValue
    package let shown: JSONValue

    package init(value: JSONValue, shown: JSONValue) {
        self.value = value
        self.shown = shown
    }
}
