import DBus
import DeskbridgeCore
import Synchronization

/// How it stands with the bridge's name on the bus, for the status.
final class BusNameBoard: Sendable {
    private let address: BusAddress
    private let holding = Mutex<NameHolding?>(nil)

    init(address: BusAddress) { self.address = address }

    func note(_ holding: NameHolding) { self.holding.withLock { $0 = holding } }

    /// What the status says: `state` is `connecting`, `owned`, `away`, `taken` or `refused`.
    var json: JSONValue {
        var members: JSONObject = ["name": .string(BusInterface.name.text), "bus": .string(address.description)]
        switch holding.withLock({ $0 }) {
        case nil: members["state"] = "connecting"
        case .held?: members["state"] = "owned"
        case .busAway?: members["state"] = "away"
        case .taken(let owner)?:
            members["state"] = "taken"
            members["owner"] = .string(owner)
        case .refused(let error)?:
            members["state"] = "refused"
            members["error"] = .string(error.description)
        }
        return .object(members)
    }
}
