import DBus

/// Follows the notification server on the bus for one session of the desk, and tells what happens.
struct DeskWatch: Sendable {
    let connection: BusConnection
    let news: DeskNewsbox
    let session: Int

    /// Tells who shows notifications, and each change of it.
    func watchServer() async {
        do {
            for try await owner in connection.watch(try BusName(NotificationServer.name)) {
                news.put(.server(owner, session: session))
            }
        } catch { return }
    }

    /// Tells what the server says of its notifications. After the loss of the bus it hears again once the bus is back.
    func hear() async {
        while !Task.isCancelled {
            do {
                let subscription = try await connection.subscribe(to: try NotificationServer.signals)
                news.put(.listening(true, session: session))
                for try await signal in subscription {
                    if let known = ServerSignal(signal) { news.put(.signal(known, from: signal.sender, session: session)) }
                }
            } catch {}
            news.put(.listening(false, session: session))
            await untilTheBusIsBack()
        }
    }

    private func untilTheBusIsBack() async {
        // A bus that refuses must not be asked in circles.
        guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
        do {
            for try await owner in connection.watch(try BusName(NotificationServer.name)) where owner != .busAway { return }
        } catch { return }
    }
}
