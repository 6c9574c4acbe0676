import DeskbridgeCore
import Foundation
import Glibc

/// A folder of its own for one test, gone afterwards.
struct TemporaryHome {
    let folder: String
    var home: BridgeHome { BridgeHome(below: folder) }

    static func with<Answer>(_ body: (TemporaryHome) async throws -> Answer) async throws -> Answer {
        var template = Array("/tmp/deskbridge-commands-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let folder = made else { throw NoFolder(code: errno) }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(TemporaryHome(folder: folder))
    }

    struct NoFolder: Error { let code: Int32 }
}
