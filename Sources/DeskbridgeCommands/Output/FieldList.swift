/// Names and values, one pair a line, the values in one column.
package struct FieldList: Sendable {
    private var fields: [(name: String, value: String)] = []

    package init() {}

    /// Adds a line, unless there is no value. Further lines of a value stand below its first.
    package mutating func add(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        fields.append((name, value.printable(keepsNewlines: true)))
    }

    package func text(for channel: OutputChannel) -> String {
        let width = (fields.map(\.name.count).max() ?? 0) + 2
        var text = ""
        for (name, value) in fields {
            let padding = String(repeating: " ", count: width - name.count)
            let lines = value.split(separator: "\n", omittingEmptySubsequences: false)
            text += channel.painted(name, .bold) + padding + lines.joined(separator: "\n" + String(repeating: " ", count: width)) + "\n"
        }
        return text
    }
}
