internal import DeskbridgeCore

extension ControlClient {
    /// A page of the audit, after the record with this number.
    func audit(after seq: Int64, limit: Int) async throws -> JSONValue { try await request(.GET, "/v1/audit?after=\(seq)&limit=\(limit)") }
}
