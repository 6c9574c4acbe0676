import ServiceLifecycle

/// Runs the status board as a service.
struct StatusService: Service {
    let board: StatusBoard

    func run() async throws { await cancelWhenGracefulShutdown { await board.run() } }
}
