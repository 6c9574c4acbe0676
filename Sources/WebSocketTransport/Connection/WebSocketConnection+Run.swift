extension WebSocketConnection {
    /// Runs the handler and returns once it has returned and TCP is closed.
    func run(_ handler: @escaping @Sendable (WebSocketConnection) async -> Void) async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    await handler(self)
                    self.close()
                }
                if await (try? shutdownRequest.get()) == true { group.cancelAll() }
            }
        } onCancel: {
            close(code: .goingAway, reason: "the server is shutting down")
        }
        _ = await closed()
    }
}
