extension ControlClient {
    /// - Parameter timeout: how long to wait for a daemon that is there but does not answer.
    package func status(timeout: Duration = .seconds(10)) async throws -> BridgeStatus {
        try BridgeStatus(try await request(.GET, "/v1/status", timeout: timeout))
    }
}
