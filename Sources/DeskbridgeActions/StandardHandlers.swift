package import DBus

/// The kinds of steps that every bridge has.
package struct StandardHandlers: Sendable {
    package let table: HandlerTable
    /// Tells when bus names have come that events wait for.
    package let arrivals: BusArrivals
    private let bus: BusHandler
    private let roll = ProcessRoll()

    /// - Parameters:
    ///   - environment: the bridge's own, of which processes are passed a small part.
    ///   - home: what `~` stands for.
    ///   - hidden: the bridge's own folders, which no sandbox shows.
    package init(
        environment: [String: String], home: String, hiding hidden: [String] = [], leftovers: @escaping FolderLeftovers = { _ in }
    ) {
        bus = BusHandler()
        arrivals = BusArrivals(bus)
        table = HandlerTable([
            FolderHandler(home: home, leftovers: leftovers),
            ProcessHandler(environment: environment, home: home, roll: roll, hidden: hidden, leftovers: leftovers),
            bus,
        ])
    }

    /// Ends the processes that a bridge has left behind that was killed while steps ran. To be called by the owner of the folder before
    /// anything is performed. They stay noted until ``keepRoll()``, so that the next bridge finds them if this one is killed meanwhile.
    ///
    /// - Parameter folder: where it is noted which processes run.
    /// - Throws: ``ProcessRollError`` if nothing can be noted there.
    package func endLeftovers(in folder: String) async throws(ProcessRollError) -> [Leftover] { try await roll.endLeftovers(in: folder) }

    /// Notes from now on which processes run.
    package func keepRoll() async throws(ProcessRollError) { try await roll.begin() }

    /// The one connection to a bus, which `dbus` steps use too. It ends with ``shutdown()``.
    /// - Throws: ``BusError`` of kind `notSent` after that.
    package func connection(to address: BusAddress) throws(BusError) -> BusConnection { try bus.connection(to: address) }

    /// Lets go of what the handlers hold. Nothing is performed any more.
    package func shutdown() async { await bus.shutdown() }
}
