package import DBus

/// The kinds of steps that every bridge has.
package struct StandardHandlers: Sendable {
    package let table: HandlerTable
    /// Tells when bus names have come that events wait for.
    package let arrivals: BusArrivals
    private let bus: BusHandler

    /// - Parameters:
    ///   - environment: the bridge's own, of which processes are passed a small part.
    ///   - home: what `~` stands for.
    ///   - hidden: the bridge's own folders, which no sandbox shows.
    package init(environment: [String: String], home: String, hiding hidden: [String] = []) {
        bus = BusHandler()
        arrivals = BusArrivals(bus)
        table = HandlerTable([
            FolderHandler(home: home),
            ProcessHandler(environment: environment, home: home, hidden: hidden),
            bus,
        ])
    }

    /// The one connection to a bus, which `dbus` steps use too. It ends with ``shutdown()``.
    /// - Throws: ``BusError`` of kind `notSent` after that.
    package func connection(to address: BusAddress) throws(BusError) -> BusConnection { try bus.connection(to: address) }

    /// Lets go of what the handlers hold. Nothing is performed any more.
    package func shutdown() async { await bus.shutdown() }
}
