import CWebFiles
import Crypto
import FoundationEssentials
import NIOCore

/// The files of the folder `web` that this program holds, by their paths in it, such as `console/index.html`.
struct WebFiles: Sendable {
    struct File: Sendable {
        let body: ByteBuffer
        let mediaType: String
        /// A strong one: another byte makes another tag (RFC 9110 section 8.8.3).
        let entityTag: String
    }

    static let embedded = WebFiles()

    private static let prefix = "../../web/"
    private static let mediaTypes = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml",
    ]

    private let files: [String: File]

    private init() {
        var files: [String: File] = [:]
        var index = 0
        while let file = deskbridge_web_file(index)?.pointee {
            index += 1
            let path = String(cString: file.path).dropFirst(Self.prefix.count)
            let bytes = UnsafeBufferPointer(start: file.bytes, count: file.count)
            let digest = Data(SHA256.hash(data: Array(bytes))).base64EncodedString()
            files[String(path)] = File(
                body: ByteBuffer(bytes: bytes), mediaType: path.split(separator: ".").last.flatMap { Self.mediaTypes[String($0)] } ?? "",
                entityTag: "\"\(digest.prefix(24))\"")
        }
        self.files = files
    }

    subscript(path: String) -> File? { files[path] }

    var paths: [String] { files.keys.sorted() }
}
