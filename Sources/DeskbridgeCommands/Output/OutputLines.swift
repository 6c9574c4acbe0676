/// A process's output as lines that say which stream they came from.
package enum OutputLines {
    package static func text(stream: String, _ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { line(stream: stream, String($0)) }
    }

    package static func line(stream: String, _ line: String) -> String {
        let name = stream == "stderr" ? "err" : "out"
        return "\(name) | \(line.printable())"
    }
}
