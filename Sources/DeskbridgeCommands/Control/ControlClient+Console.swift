extension ControlClient {
    /// A URL that signs a browser in as the person at the desk, once, within two minutes.
    package func openConsole() async throws -> String {
        let json = try await request(.POST, "/v1/console/tickets", body: [:])
        guard let url = json["url"]?.stringValue else { throw ControlError.unexpectedAnswer("a ticket without a URL") }
        return url
    }
}
