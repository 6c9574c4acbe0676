import Glibc

/// A folder for the temporary files of one process, which is removed with all in it when nobody holds it any more.
final class PrivateFolder: Sendable {
    let path: String

    /// - Returns: nil with errno set if it cannot be made. Only this user can enter it.
    init?() {
        var template = Array("/tmp/deskbridge-step-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // By single names through open folders, so that a link that the process made there leads nowhere.
        guard let parent = try? Directory(following: "/tmp") else { return }
        parent.removeTree(String(path.dropFirst("/tmp/".count)))
    }
}
