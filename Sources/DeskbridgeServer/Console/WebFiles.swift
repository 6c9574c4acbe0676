import CWebFiles
import Crypto
import FoundationEssentials
import NIOCore

/// The files of the folder `web` that this program holds, by their paths in it, such as `console/index.html`.
struct WebFiles: Sendable {
    struct File: Sendable {
        let mediaType: String
        let plain: Representation
        /// In the gzip format; nil where that is no shorter.
        let compressed: Representation?
    }

    struct Representation: Sendable {
        let body: ByteBuffer
        /// A strong one: another byte makes another tag (RFC 9110 section 8.8.3).
        let entityTag: String

        init(_ body: ByteBuffer) {
            self.body = body
            entityTag = "\"\(Data(SHA256.hash(data: Array(body.readableBytesView))).base64EncodedString().prefix(24))\""
        }
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
            files[String(path)] = File(
                mediaType: path.split(separator: ".").last.flatMap { Self.mediaTypes[String($0)] } ?? "",
                plain: Representation(ByteBuffer(bytes: bytes)),
                compressed: Self.compressed(bytes).map { Representation(ByteBuffer(bytes: $0)) })
        }
        self.files = files
    }

    subscript(path: String) -> File? { files[path] }

    var paths: [String] { files.keys.sorted() }

    private static func compressed(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        let shorter = [UInt8](unsafeUninitializedCapacity: deskbridge_gzip_bound(bytes.count)) { buffer, count in
            count = deskbridge_gzip(bytes.baseAddress, bytes.count, buffer.baseAddress, buffer.count)
        }
        return shorter.isEmpty || shorter.count >= bytes.count ? nil : shorter
    }
}
