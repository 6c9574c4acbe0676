extension WebSocketConnection {
    static let shutdownReason = "the server is shutting down"

    /// Runs the handler and returns once it has returned and TCP is closed.
    func run(_ handler: @escaping @Sendable (WebSocketConnection) async -> Void) async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    await handler(self)
                    // A handler may notice the cancellation before the code below has closed the connection.
                    if Task.isCancelled { self.closeForShutdown() } else { self.close() }
                }
                if await (try? shutdownRequest.get()) == true { group.cancelAll() }
            }
        } onCancel: {
            closeForShutdown()
        }
        _ = await closed()
    }

    private func closeForShutdown() { close(code: .goingAway, reason: Self.shutdownReason) }
}
