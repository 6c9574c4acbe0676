internal import DeskbridgeCore

extension Terminal {
    /// Writes a new token: its secret on standard output, all that is to be known of it on standard error.
    func write(_ token: IssuedToken, as format: OutputFormat) throws(ReaderIsGone) {
        guard format == .table else { return try output.line(token.json.prettyText) }
        let expiry = token.expiresAt.map { ", good until \($0)" } ?? ""
        try error.line("Token \(token.id.printable()) for the client \(token.client.printable())\(expiry).")
        try error.line("This is the only time it is shown: keep it as you keep a password.")
        try output.line(token.secret)
    }
}
