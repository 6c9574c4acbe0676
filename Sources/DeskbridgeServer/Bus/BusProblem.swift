import DBus
import DeskbridgeCore

extension Problem {
    /// The problem as a D-Bus error: `denied_by_policy` is `io.github.deskbridge1.Error.DeniedByPolicy`, in the words of the other
    /// entrances.
    var busError: BusMethodError {
        let name = code.rawValue.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        guard let errorName = try? ErrorName("\(BusInterface.interface).Error.\(name)") else { return .failed(detail) }
        return BusMethodError(errorName, detail)
    }
}
