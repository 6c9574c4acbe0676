internal import DeskbridgeCore

extension Terminal {
    /// Writes a new token: its secret on standard output, all that is to be known of it on standard error.
    func write(_ token: IssuedToken, as format: OutputFormat) throws(ReaderIsGone) {
        switch format {
        case .json: try output.line(token.json.prettyText)
        case .table:
            let expiry = token.expiresAt.map { ", good until \($0)" } ?? ""
            try error.line("Token \(token.id.printable()) for the client \(token.client.printable())\(expiry).")
            try error.line("This is the only time it is shown: keep it as you keep a password.")
            try output.line(token.secret)
        }
        guard token.mayCause == false else { return }
        try error.line(PolicyAdvice.unnamed(token.client, origins: token.origins))
    }
}
