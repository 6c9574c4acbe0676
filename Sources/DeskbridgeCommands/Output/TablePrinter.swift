/// Lays out rows in columns of equal width: one line a row, nothing wrapped.
///
/// Where the screen is narrower than the table, the flexible columns give way first to a floor of a few characters, then
/// the line is cut; `…` marks what is missing. Widths count characters, not bytes.
package struct TablePrinter: Sendable {
    package struct Column: Sendable {
        package enum Alignment: Sendable { case left, right }

        package let title: String
        package let alignment: Alignment
        /// Whether this column may be shortened to fit the screen.
        package let isFlexible: Bool

        package init(_ title: String, _ alignment: Alignment = .left, isFlexible: Bool = false) {
            self.title = title
            self.alignment = alignment
            self.isFlexible = isFlexible
        }
    }

    private static let gap = 2
    private static let floor = 8

    private let columns: [Column]
    private var rows: [[String]] = []

    package init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row; cells beyond the columns are left out, and control characters made visible.
    package mutating func add(_ cells: [String]) {
        rows.append(columns.indices.map { $0 < cells.count ? cells[$0].printable() : "" })
    }

    /// The whole table, a header line first, each line ended by a line feed.
    package func text(for channel: OutputChannel) -> String {
        let widths = widths(within: channel.columns)
        var text = channel.painted(line(columns.map(\.title), widths, channel.columns), .bold) + "\n"
        for row in rows { text += line(row, widths, channel.columns) + "\n" }
        return text
    }

    private func widths(within screen: Int?) -> [Int] {
        var widths = columns.indices.map { column in
            max(columns[column].title.count, rows.map { $0[column].count }.max() ?? 0)
        }
        guard let screen else { return widths }
        var excess = widths.reduce(0, +) + Self.gap * max(0, columns.count - 1) - screen
        while excess > 0 {
            let wide = columns.indices.filter { columns[$0].isFlexible && widths[$0] > max(Self.floor, columns[$0].title.count) }
            guard let widest = wide.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int], _ screen: Int?) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let cell = cell.shortened(to: widths[column])
            let padding = String(repeating: " ", count: widths[column] - cell.count)
            if column > 0 { line += String(repeating: " ", count: Self.gap) }
            line += columns[column].alignment == .right ? padding + cell : cell + padding
        }
        while line.last == " " { line.removeLast() }
        return screen.map(line.shortened(to:)) ?? line
    }
}

extension String {
    /// The text, or as much of its beginning as fits before an ellipsis.
    package func shortened(to width: Int) -> String {
        guard count > width else { return self }
        return width < 1 ? "" : prefix(width - 1) + "…"
    }
}
