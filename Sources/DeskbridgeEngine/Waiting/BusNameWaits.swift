package import DeskbridgeActions
package import DeskbridgeCore

/// Lets events go on when the D-Bus name has come that they wait for.
package struct BusNameWaits: WaitSource {
    private let arrivals: BusArrivals

    package init(_ arrivals: BusArrivals) { self.arrivals = arrivals }

    package func covers(_ reason: WaitReason) -> Bool {
        if case .busName = reason { true } else { false }
    }

    package func arm(_ event: EventRecord, for reason: WaitReason, release: @escaping @Sendable () -> Void) async {
        guard case .busName(let bus, let name) = reason else { return }
        arrivals.expect(event.id, bus: bus, name: name, come: release)
    }

    package func disarm(_ event: EventID) async { arrivals.forget(event) }
}
