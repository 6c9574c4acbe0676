extension ControlClient {
    /// Opens the event stream.
    ///
    /// - Parameters:
    ///   - channels: `events`, `output:*`, `status`.
    ///   - since: also every stored confirmation after this number, first; nil for what comes from now on.
    package func stream(channels: [String], since: Int64? = nil) async throws -> ControlStream {
        try await openStream(
            "/v1/stream" + queryText([("channels", channels.joined(separator: ",")), ("since", since.map { String($0) } ?? "now")]))
    }
}
