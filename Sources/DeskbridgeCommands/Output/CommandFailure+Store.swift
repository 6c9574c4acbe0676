package import DeskbridgeStore

extension CommandFailure {
    package init(_ error: StoreError) {
        let status: ExitStatus =
            switch error.kind {
            case .inUse: .cannotCreate
            case .notWritable, .superseded: .configuration
            default: .failed
            }
        self.init("\(error)", status)
    }
}
