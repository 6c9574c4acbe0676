package import NIOCore

extension Channel {
    /// Calls back, at most once and on the event loop, if the client ends its side of the connection before the current answer is written.
    ///
    /// It may have left, or only have said that nothing more comes (RFC 9112 section 9.6 lets it): an answer that waits for something is
    /// best given at once then, as it reaches the one and costs nothing with the other.
    package func onDeparture(_ left: @escaping @Sendable () -> Void) {
        eventLoop.execute { [self] in
            guard isActive, let requests = try? pipeline.syncOperations.handler(type: RequestGuard.self) else { return left() }
            requests.watchDeparture(left)
        }
    }
}
