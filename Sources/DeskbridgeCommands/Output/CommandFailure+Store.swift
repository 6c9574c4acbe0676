package import DeskbridgeStore

extension CommandFailure {
    /// - Parameter folder: where the ledger is, for errors that don't say it themselves.
    package init(_ error: StoreError, in folder: String) {
        let status: ExitStatus =
            switch error.kind {
            case .inUse: .cannotCreate
            case .notWritable, .superseded: .configuration
            default: .failed
            }
        self.init(error.message.contains(folder) ? "\(error)" : "\(error) The state folder is \(folder).", status)
    }
}
